{{ mig_unexpected([
    (mig_datediff_time_hour("time '00:59:59'", "time '01:00:00'"), "1"),
    (mig_datediff_time_hour("time '01:00:00'", "time '00:59:59'"), "-1"),
    (mig_datediff_time_hour("time '01:00:00'", "time '01:59:59'"), "0"),
]) }}
