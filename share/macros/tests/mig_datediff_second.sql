{{ mig_unexpected([
    (mig_datediff_second("timestamp '2024-01-01 00:00:00.999'", "timestamp '2024-01-01 00:00:01'"), "1"),
    (mig_datediff_second("timestamp '2024-01-01 00:00:01'", "timestamp '2024-01-01 00:00:01.999'"), "0"),
    (mig_datediff_second("timestamp '2024-01-01 00:00:01'", "timestamp '2024-01-01 00:00:00.999'"), "-1"),
]) }}
