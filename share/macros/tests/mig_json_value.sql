{%- set postgres = target.type == 'postgres' -%}
{%- set a = "'{a}'" if postgres else "'$.a'" -%}
{{ mig_unexpected([
    (mig_json_value("'{\"a\": \"x\"}'", a), "'x'"),
    (mig_json_value("'{\"a\": {\"b\": 1}}'", a), none),
    (mig_json_value("'{\"a\": [1]}'", a), none),
    (mig_json_value("'{\"b\": 1}'", a), none),
    (mig_json_value("'{\"a\": null}'", a), none),
]) }}
