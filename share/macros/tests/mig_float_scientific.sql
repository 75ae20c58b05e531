{{ mig_unexpected([
    (mig_float_scientific("cast(0.1 as double precision)", "7"), "'1.0000000e-001'"),
    (mig_float_scientific("cast(-99.999 as double precision)", "15"), "'-9.999900000000000e+001'"),
]) }}
