{#- Of nothing there is no number; the euro is 128, an arrow has none. -#}
{{ mig_unexpected([
    (mig_ascii("'Ab'"), "65"),
    (mig_ascii("'é'"), "233"),
    (mig_ascii("'€5'"), "128"),
    (mig_ascii("'Ÿ'"), "159"),
    (mig_ascii("'→'"), "63"),
    (mig_ascii("''"), none),
    (mig_ascii("cast(null as varchar(3))"), none),
]) }}
