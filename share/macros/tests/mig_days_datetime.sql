{{ mig_unexpected([
    (mig_days_datetime('0'), "timestamp '1900-01-01'"),
    (mig_days_datetime('1.5'), "timestamp '1900-01-02 12:00:00'"),
    (mig_days_datetime('-0.25'), "timestamp '1899-12-31 18:00:00'"),
]) }}
