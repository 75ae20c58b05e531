{{ mig_unexpected([
    (mig_round_time("time '10:00:00.5555'", 3), "time '10:00:00.556'"),
    (mig_round_time("time '10:00:00.5'", 0), "time '10:00:01'"),
    (mig_round_time("time '10:00:00.123456'", 6), "time '10:00:00.123456'"),
]) }}
