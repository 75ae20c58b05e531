{{ mig_unexpected([
    (mig_datediff_time_minute("time '00:00:59'", "time '00:01:00'"), "1"),
    (mig_datediff_time_minute("time '00:01:00'", "time '00:00:59'"), "-1"),
    (mig_datediff_time_minute("time '00:01:00'", "time '00:01:59'"), "0"),
]) }}
