{#- A start below 1 is 1; nothing is found of nothing. -#}
{{ mig_unexpected([
    (mig_charindex("'b'", "'abcabc'", '3'), "5"),
    (mig_charindex("'b'", "'abcabc'", '0'), "2"),
    (mig_charindex("'b'", "'abcabc'", '6'), "0"),
    (mig_charindex("''", "'abc'", '1'), "0"),
    (mig_charindex("''", "cast(null as varchar(3))", '1'), none),
    (mig_charindex("'b'", "cast(null as varchar(3))", '1'), none),
]) }}
