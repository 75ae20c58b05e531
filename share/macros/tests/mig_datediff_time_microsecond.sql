{{ mig_unexpected([
    (mig_datediff_time_microsecond("time '00:00:00.000001'", "time '00:00:00.000003'"), "2"),
    (mig_datediff_time_microsecond("time '00:00:01'", "time '00:00:00.999999'"), "-1"),
]) }}
