{{ mig_unexpected([
    (mig_float_money('cast(1.63625 as real)', 'real'), "1.6362"),
    (mig_float_money('cast(0.00135 as real)', 'real'), "0.0014"),
    (mig_float_money('cast(-2.5 as double precision)', 'double precision'), "-2.5000"),
    (mig_float_money('cast(0.00125 as double precision)', 'double precision'), "0.0012"),
    (mig_float_money('cast(123456789012.25 as double precision)', 'double precision'), "123456789012.2500"),
    (mig_float_money('cast(null as double precision)', 'double precision'), none),
]) }}
