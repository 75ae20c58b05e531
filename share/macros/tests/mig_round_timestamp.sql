{{ mig_unexpected([
    (mig_round_timestamp("timestamp '2024-01-01 23:59:59.5'", 0), "timestamp '2024-01-02'"),
    (mig_round_timestamp("timestamp '2024-01-01 10:00:00.1235'", 3), "timestamp '2024-01-01 10:00:00.124'"),
    (mig_round_timestamp("timestamp '1899-12-31 10:00:00.1234'", 3), "timestamp '1899-12-31 10:00:00.123'"),
]) }}
