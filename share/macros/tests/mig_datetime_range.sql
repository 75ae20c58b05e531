{#- The ends of the range are in it; NULL stays NULL. -#}
{{ mig_unexpected([
    (mig_datetime_range("cast('1753-01-01' as timestamp)"), "cast('1753-01-01' as timestamp)"),
    (mig_datetime_range("cast('2024-02-29 12:00:00' as timestamp)"), "cast('2024-02-29 12:00:00' as timestamp)"),
    (mig_datetime_range("cast('9999-12-31 23:59:59.998' as timestamp)"), "cast('9999-12-31 23:59:59.998' as timestamp)"),
    (mig_datetime_range("cast(null as timestamp)"), none),
]) }}
