{#- A lone string or number is none. -#}
{{ mig_unexpected([
    (mig_isjson("'{}'"), "1"),
    (mig_isjson('\'[1, {"a": [true, null]}]\''), "1"),
    (mig_isjson('\'"a"\''), "0"),
    (mig_isjson("'12'"), "0"),
    (mig_isjson("'{a: 1}'"), "0"),
    (mig_isjson("'[1, ]'"), "0"),
    (mig_isjson('cast(null as varchar(9))'), none),
]) }}
