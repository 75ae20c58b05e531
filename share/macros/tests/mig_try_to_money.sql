{{ mig_unexpected([
    (mig_try_to_money("'$1,234.5'", 'decimal(19, 4)'), "1234.5"),
    (mig_try_to_money("'-12'", 'decimal(19, 4)'), "-12"),
    (mig_try_to_money("''", 'decimal(19, 4)'), "0"),
    (mig_try_to_money("'1e2'", 'decimal(19, 4)'), none),
    (mig_try_to_money("'x'", 'decimal(19, 4)'), none),
    (mig_try_to_money("cast(null as varchar(9))", 'decimal(19, 4)'), none),
]) }}
