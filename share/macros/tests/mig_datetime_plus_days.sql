{{ mig_unexpected([
    (mig_datetime_plus_days("timestamp '2024-02-28'", '1.5'), "timestamp '2024-02-29 12:00:00'"),
    (mig_datetime_plus_days("timestamp '2024-01-01'", '-0.25'), "timestamp '2023-12-31 18:00:00'"),
]) }}
