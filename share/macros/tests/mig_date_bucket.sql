{{ mig_unexpected([
    (mig_date_bucket("cast('2024-05-19 13:00:00' as timestamp)", "hour", "6", "cast('1900-01-01' as date)"), "cast('2024-05-19 12:00:00' as timestamp)"),
    (mig_date_bucket("cast('2024-06-19' as date)", "month", "2", "cast('1900-01-01' as date)"), "cast('2024-05-01' as timestamp)"),
    (mig_date_bucket("cast('2019-12-31' as date)", "day", "10", "cast('2020-01-01' as date)"), "cast('2019-12-22' as timestamp)"),
]) }}
