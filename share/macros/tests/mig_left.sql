{{ mig_unexpected([
    (mig_left("'abc'", "2"), "'ab'"),
    (mig_left("'abc'", "0"), "''"),
    (mig_left("'abc'", "cast(null as integer)"), none),
]) }}
