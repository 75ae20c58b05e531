{{ mig_unexpected([
    (mig_datediff_month("timestamp '2024-01-31'", "timestamp '2024-02-01'"), "1"),
    (mig_datediff_month("timestamp '2024-01-01'", "timestamp '2024-01-31'"), "0"),
    (mig_datediff_month("timestamp '2024-03-31'", "timestamp '2024-02-29'"), "-1"),
    (mig_datediff_month("timestamp '2023-12-31 23:59:59'", "timestamp '2025-01-01'"), "13"),
]) }}
