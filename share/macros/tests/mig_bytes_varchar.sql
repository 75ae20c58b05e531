{#- Code page 1252, where 80 to 9F are no control characters. -#}
{{ mig_unexpected([
    (mig_bytes_varchar(mig_varchar_bytes("'abc'")), "'abc'"),
    (mig_bytes_varchar(mig_varchar_bytes("'é€Ÿß'")), "'é€Ÿß'"),
]) }}
