{#- Nothing is the first day of 1900. -#}
{{ mig_unexpected([
    (mig_to_date("'2024-02-29'", 'date'), "date '2024-02-29'"),
    (mig_to_date("'20240229'", 'date'), "date '2024-02-29'"),
    (mig_to_date("'Feb 29 2024'", 'date'), "date '2024-02-29'"),
    (mig_to_date("''", 'date'), "date '1900-01-01'"),
    (mig_to_date("cast(null as varchar(9))", 'date'), none),
]) }}
