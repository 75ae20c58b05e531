{{ mig_unexpected([
    (mig_datetime_minus_days("timestamp '2024-03-01'", '0.5'), "timestamp '2024-02-29 12:00:00'"),
    (mig_datetime_minus_days("timestamp '2024-01-01'", '-1'), "timestamp '2024-01-02'"),
]) }}
