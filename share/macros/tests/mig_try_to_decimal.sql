{#- Rounds what has more digits; an empty text is none. -#}
{{ mig_unexpected([
    (mig_try_to_decimal("'12.345'", 'decimal(5, 2)'), "12.35"),
    (mig_try_to_decimal("' -1.5 '", 'decimal(5, 2)'), "-1.5"),
    (mig_try_to_decimal("'1234'", 'decimal(5, 2)'), none),
    (mig_try_to_decimal("'1e2'", 'decimal(5, 2)'), none),
    (mig_try_to_decimal("''", 'decimal(5, 2)'), none),
    (mig_try_to_decimal("cast(null as varchar(9))", 'decimal(5, 2)'), none),
]) }}
