{{ mig_unexpected([
    (mig_right("'abc'", "2"), "'bc'"),
    (mig_right("'abc'", "0"), "''"),
    (mig_right("'abc'", "9"), "'abc'"),
]) }}
