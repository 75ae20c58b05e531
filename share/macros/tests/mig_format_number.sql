{#- Halves go away from zero; there is no negative zero. -#}
{{ mig_unexpected([
    (mig_format_number('cast(2.345 as decimal(18, 3))', 2, 1), "'2.35'"),
    (mig_format_number('cast(-2.345 as decimal(18, 3))', 2, 1), "'-2.35'"),
    (mig_format_number('cast(-0.004 as decimal(18, 3))', 2, 1), "'0.00'"),
    (mig_format_number('cast(7 as decimal(18, 0))', 0, 3), "'007'"),
    (mig_format_number('cast(-7 as decimal(18, 0))', 0, 3), "'-007'"),
    (mig_format_number('cast(1234.5 as decimal(18, 3))', 1, 3), "'1234.5'"),
    (mig_format_number('cast(null as decimal(18, 3))', 1, 3), none),
]) }}
