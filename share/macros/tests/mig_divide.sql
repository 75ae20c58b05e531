{#- Cut towards zero after the last digit, not rounded. -#}
{{ mig_unexpected([
    (mig_divide('cast(2 as decimal(10, 0))', 'cast(3 as decimal(10, 0))', 0, 6), "0.666666"),
    (mig_divide('cast(-2 as decimal(10, 0))', 'cast(3 as decimal(10, 0))', 0, 6), "-0.666666"),
    (mig_divide('cast(1.00 as decimal(10, 2))', 'cast(0.03 as decimal(4, 2))', 2, 6), "33.333333"),
    (mig_divide('cast(1 as decimal(10, 0))', 'cast(8 as decimal(10, 0))', 0, 6), "0.125"),
    (mig_divide('cast(100 as decimal(19, 4))', 'cast(339 as decimal(19, 4))', 4, 4), "0.2949"),
    (mig_divide('cast(null as decimal(10, 0))', 'cast(3 as decimal(10, 0))', 0, 6), none),
]) }}
