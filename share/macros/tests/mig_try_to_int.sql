{#- No fraction, no exponent, no overflow. -#}
{{ mig_unexpected([
    (mig_try_to_int("' 12 '", 'integer'), "12"),
    (mig_try_to_int("'-2147483648'", 'integer'), "-2147483648"),
    (mig_try_to_int("'2147483648'", 'integer'), none),
    (mig_try_to_int("'12.0'", 'integer'), none),
    (mig_try_to_int("'1e2'", 'integer'), none),
    (mig_try_to_int("''", 'integer'), "0"),
    (mig_try_to_int("'x'", 'integer'), none),
    (mig_try_to_int("cast(null as varchar(9))", 'integer'), none),
]) }}
