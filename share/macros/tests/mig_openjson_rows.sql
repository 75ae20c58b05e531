{#- One object is one row. -#}
{%- set postgres = target.type == 'postgres' -%}
{%- set root = "'{}'" if postgres else "'$'" -%}
{{ mig_unexpected([
    ("(select count(*) from (" ~ mig_openjson_rows("'[1, 2, 3]'", root) ~ ") as j)", "3"),
    ("(select count(*) from (" ~ mig_openjson_rows("'{\"a\": 1}'", root) ~ ") as j)", "1"),
    ("(select count(*) from (" ~ mig_openjson_rows("'[]'", root) ~ ") as j)", "0"),
]) }}
