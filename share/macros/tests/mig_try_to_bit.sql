{{ mig_unexpected([
    (mig_try_to_bit("'TRUE'", 'boolean'), "true"),
    (mig_try_to_bit("'false '", 'boolean'), "false"),
    (mig_try_to_bit("''", 'boolean'), "false"),
    (mig_try_to_bit("'00'", 'boolean'), "false"),
    (mig_try_to_bit("'-2'", 'boolean'), "true"),
    (mig_try_to_bit("'yes'", 'boolean'), none),
    (mig_try_to_bit("cast(null as varchar(9))", 'boolean'), none),
]) }}
