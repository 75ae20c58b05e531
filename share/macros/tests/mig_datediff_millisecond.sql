{{ mig_unexpected([
    (mig_datediff_millisecond("timestamp '2024-01-01 00:00:00.0009'", "timestamp '2024-01-01 00:00:00.001'"), "1"),
    (mig_datediff_millisecond("timestamp '2024-01-01 00:00:00.001'", "timestamp '2024-01-01 00:00:00.0019'"), "0"),
    (mig_datediff_millisecond("timestamp '2023-12-31 23:59:59.999'", "timestamp '2024-01-01'"), "1"),
]) }}
