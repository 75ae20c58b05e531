{{ mig_unexpected([
    (mig_datetime_iso("timestamp '2024-01-02 03:04:05'"), "'2024-01-02T03:04:05'"),
    (mig_datetime_iso("timestamp '2024-01-02 03:04:05.007'"), "'2024-01-02T03:04:05.007'"),
]) }}
