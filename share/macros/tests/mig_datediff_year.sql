{{ mig_unexpected([
    (mig_datediff_year("timestamp '2023-12-31 23:59:59'", "timestamp '2024-01-01'"), "1"),
    (mig_datediff_year("timestamp '2024-01-01'", "timestamp '2024-12-31'"), "0"),
    (mig_datediff_year("timestamp '2024-01-01'", "timestamp '2023-12-31'"), "-1"),
]) }}
