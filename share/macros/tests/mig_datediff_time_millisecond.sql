{{ mig_unexpected([
    (mig_datediff_time_millisecond("time '00:00:00.0009'", "time '00:00:00.001'"), "1"),
    (mig_datediff_time_millisecond("time '00:00:00.001'", "time '00:00:00.0019'"), "0"),
]) }}
