{{ mig_unexpected([
    (mig_datediff_microsecond("timestamp '2024-01-01 00:00:00.000001'", "timestamp '2024-01-01 00:00:00.000003'"), "2"),
    (mig_datediff_microsecond("timestamp '2023-12-31 23:59:59.999999'", "timestamp '2024-01-01'"), "1"),
]) }}
