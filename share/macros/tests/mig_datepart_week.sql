{#- A year can have 54 weeks. -#}
{{ mig_unexpected([
    (mig_datepart_week("date '2024-01-06'"), "1"),
    (mig_datepart_week("date '2024-01-07'"), "2"),
    (mig_datepart_week("date '2023-01-01'"), "1"),
    (mig_datepart_week("date '2024-12-31'"), "53"),
    (mig_datepart_week("date '2000-12-31'"), "54"),
]) }}
