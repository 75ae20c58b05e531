{{ mig_unexpected([
    (mig_to_bit("'TRUE'", 'boolean'), "true"),
    (mig_to_bit("'false '", 'boolean'), "false"),
    (mig_to_bit("''", 'boolean'), "false"),
    (mig_to_bit("'0'", 'boolean'), "false"),
    (mig_to_bit("'-2'", 'boolean'), "true"),
    (mig_to_bit("cast(null as varchar(9))", 'boolean'), none),
]) }}
