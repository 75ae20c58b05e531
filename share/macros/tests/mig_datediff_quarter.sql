{{ mig_unexpected([
    (mig_datediff_quarter("timestamp '2024-03-31'", "timestamp '2024-04-01'"), "1"),
    (mig_datediff_quarter("timestamp '2024-01-01'", "timestamp '2024-03-31'"), "0"),
    (mig_datediff_quarter("timestamp '2024-10-01'", "timestamp '2024-09-30'"), "-1"),
    (mig_datediff_quarter("timestamp '2023-12-31'", "timestamp '2024-12-31'"), "4"),
]) }}
