{{ mig_unexpected([
    (mig_try_to_float("'1e3'", 'double precision'), "1000"),
    (mig_try_to_float("'-.5'", 'double precision'), "-0.5"),
    (mig_try_to_float("''", 'double precision'), "0"),
    (mig_try_to_float("'x'", 'double precision'), none),
    (mig_try_to_float("'1,000'", 'double precision'), none),
    (mig_try_to_float("cast(null as varchar(9))", 'double precision'), none),
]) }}
