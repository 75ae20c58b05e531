{{ mig_unexpected([
    (mig_to_timestamp("'2024-02-29 13:14:15'", 'timestamp'), "timestamp '2024-02-29 13:14:15'"),
    (mig_to_timestamp("'2024-02-29T13:14:15.25'", 'timestamp'), "timestamp '2024-02-29 13:14:15.25'"),
    (mig_to_timestamp("'Feb 29 2024 1:14PM'", 'timestamp'), "timestamp '2024-02-29 13:14:00'"),
    (mig_to_timestamp("''", 'timestamp'), "timestamp '1900-01-01'"),
    (mig_to_timestamp("cast(null as varchar(9))", 'timestamp'), none),
]) }}
