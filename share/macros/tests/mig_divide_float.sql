{{ mig_unexpected([
    (mig_divide_float('cast(1 as double precision)', 'cast(4 as double precision)'), "0.25"),
    (mig_divide_float('cast(null as double precision)', 'cast(4 as double precision)'), none),
    (mig_divide_float('cast(-7 as double precision)', 'cast(2 as double precision)'), "-3.5"),
]) }}
