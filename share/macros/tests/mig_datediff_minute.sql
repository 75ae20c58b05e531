{{ mig_unexpected([
    (mig_datediff_minute("timestamp '2024-01-01 00:00:59'", "timestamp '2024-01-01 00:01:00'"), "1"),
    (mig_datediff_minute("timestamp '2024-01-01 00:01:00'", "timestamp '2024-01-01 00:01:59'"), "0"),
    (mig_datediff_minute("timestamp '2024-01-01 00:01:00'", "timestamp '2024-01-01 00:00:59'"), "-1"),
]) }}
