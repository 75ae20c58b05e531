{#- Six digits at most; an exponent from a million on and below 0.0001. -#}
{{ mig_unexpected([
    (mig_float_text('cast(0.1 as double precision)'), "'0.1'"),
    (mig_float_text('cast(123456.7 as double precision)'), "'123457'"),
    (mig_float_text('cast(1000000 as double precision)'), "'1e+006'"),
    (mig_float_text('cast(1234567 as double precision)'), "'1.23457e+006'"),
    (mig_float_text('cast(0.0001 as double precision)'), "'0.0001'"),
    (mig_float_text('cast(0.00001 as double precision)'), "'1e-005'"),
    (mig_float_text('cast(-2.5 as double precision)'), "'-2.5'"),
    (mig_float_text('cast(0 as double precision)'), "'0'"),
    (mig_float_text('cast(100 as double precision)'), "'100'"),
]) }}
