{{ mig_unexpected([
    (mig_datediff_time_second("time '00:00:00.999'", "time '00:00:01'"), "1"),
    (mig_datediff_time_second("time '00:00:01'", "time '00:00:00.999'"), "-1"),
    (mig_datediff_time_second("time '00:00:01'", "time '00:00:01.999'"), "0"),
]) }}
