{{ mig_unexpected([
    (mig_datediff_hour("timestamp '2024-01-01 00:59:59'", "timestamp '2024-01-01 01:00:00'"), "1"),
    (mig_datediff_hour("timestamp '2024-01-01 01:00:00'", "timestamp '2024-01-01 01:59:59'"), "0"),
    (mig_datediff_hour("timestamp '2024-01-01 01:00:00'", "timestamp '2024-01-01 00:59:59'"), "-1"),
]) }}
