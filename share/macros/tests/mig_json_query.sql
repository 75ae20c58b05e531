{%- set postgres = target.type == 'postgres' -%}
{%- set a = "'{a}'" if postgres else "'$.a'" -%}
{{ mig_unexpected([
    (mig_json_query("'{\"a\":[1,2]}'", a), "'[1,2]'"),
    (mig_json_query("'{\"a\": \"x\"}'", a), none),
    (mig_json_query("'{\"b\": {}}'", a), none),
]) }}
