{#- Nothing is zero. -#}
{{ mig_unexpected([
    (mig_to_int("' 12 '", 'integer'), "12"),
    (mig_to_int("'-7'", 'integer'), "-7"),
    (mig_to_int("'+7'", 'integer'), "7"),
    (mig_to_int("''", 'integer'), "0"),
    (mig_to_int("cast(null as varchar(9))", 'integer'), none),
]) }}
