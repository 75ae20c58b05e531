{{ mig_unexpected([
    (mig_trunc_float('cast(2.75 as double precision)', 1), "2.7"),
    (mig_trunc_float('cast(-2.75 as double precision)', 1), "-2.7"),
    (mig_trunc_float('cast(129 as double precision)', -1), "120"),
]) }}
