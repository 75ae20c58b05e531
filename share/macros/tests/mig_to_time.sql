{{ mig_unexpected([
    (mig_to_time("'13:14:15'", 'time'), "time '13:14:15'"),
    (mig_to_time("'1:30 PM'", 'time'), "time '13:30:00'"),
    (mig_to_time("''", 'time'), "time '00:00:00'"),
    (mig_to_time("cast(null as varchar(9))", 'time'), none),
]) }}
