{{ mig_unexpected([
    (mig_patindex("'ab12'", "'[0-9]'"), "3"),
    (mig_patindex("'abc'", "'[0-9]'"), "0"),
    (mig_patindex("'resume'", "'e$'"), "6"),
    (mig_patindex("cast(null as varchar(3))", "'[0-9]'"), none),
]) }}
