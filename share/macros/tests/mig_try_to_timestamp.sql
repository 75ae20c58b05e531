{{ mig_unexpected([
    (mig_try_to_timestamp("'2024-02-29 13:14:15'", 'timestamp'), "timestamp '2024-02-29 13:14:15'"),
    (mig_try_to_timestamp("'20240229'", 'timestamp'), "timestamp '2024-02-29'"),
    (mig_try_to_timestamp("'2024-02-30 10:00'", 'timestamp'), none),
    (mig_try_to_timestamp("'soon'", 'timestamp'), none),
    (mig_try_to_timestamp("''", 'timestamp'), "timestamp '1900-01-01'"),
    (mig_try_to_timestamp("cast(null as varchar(9))", 'timestamp'), none),
]) }}
