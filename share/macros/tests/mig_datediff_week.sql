{{ mig_unexpected([
    (mig_datediff_week("timestamp '2024-01-06'", "timestamp '2024-01-07'"), "1"),
    (mig_datediff_week("timestamp '2024-01-07'", "timestamp '2024-01-13'"), "0"),
    (mig_datediff_week("timestamp '2024-01-07'", "timestamp '2024-01-06'"), "-1"),
    (mig_datediff_week("timestamp '1899-12-30'", "timestamp '1899-12-31'"), "1"),
    (mig_datediff_week("timestamp '1850-01-05'", "timestamp '1850-01-06'"), "1"),
]) }}
