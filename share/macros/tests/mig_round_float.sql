{#- Halves go away from zero. -#}
{{ mig_unexpected([
    (mig_round_float('cast(2.5 as double precision)', 0), "3"),
    (mig_round_float('cast(-2.5 as double precision)', 0), "-3"),
    (mig_round_float('cast(0.125 as double precision)', 2), "0.13"),
    (mig_round_float('cast(125 as double precision)', -1), "130"),
    (mig_round_float('cast(2.4 as double precision)', 0), "2"),
]) }}
