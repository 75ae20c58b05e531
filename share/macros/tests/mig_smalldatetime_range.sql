{#- The ends of the range are in it; NULL stays NULL. -#}
{{ mig_unexpected([
    (mig_smalldatetime_range("cast('1900-01-01' as timestamp)"), "cast('1900-01-01' as timestamp)"),
    (mig_smalldatetime_range("cast('2024-02-29 12:00:00' as timestamp)"), "cast('2024-02-29 12:00:00' as timestamp)"),
    (mig_smalldatetime_range("cast('2079-06-06 23:59:29.998' as timestamp)"), "cast('2079-06-06 23:59:29.998' as timestamp)"),
    (mig_smalldatetime_range("cast(null as timestamp)"), none),
]) }}
