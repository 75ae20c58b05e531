{{ mig_unexpected([
    (mig_to_money("'$1,234.5'", 'decimal(19, 4)'), "1234.5"),
    (mig_to_money("'-$12'", 'decimal(19, 4)'), "-12"),
    (mig_to_money("''", 'decimal(19, 4)'), "0"),
    (mig_to_money("cast(null as varchar(9))", 'decimal(19, 4)'), none),
]) }}
