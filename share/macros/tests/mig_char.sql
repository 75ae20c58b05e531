{#- Beyond 255 there is none. -#}
{{ mig_unexpected([
    (mig_char("65"), "'A'"),
    (mig_char("233"), "'é'"),
    (mig_char("128"), "'€'"),
    (mig_char("159"), "'Ÿ'"),
    (mig_char("256"), none),
    (mig_char("-1"), none),
    (mig_char("cast(null as integer)"), none),
]) }}
