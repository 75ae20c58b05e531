{%- set postgres = target.type == 'postgres' -%}
{%- set root = "'{}'" if postgres else "'$'" -%}
{{ mig_unexpected([
    ("(select count(*) from (" ~ mig_openjson("'{\"a\": \"x\", \"b\": [1], \"c\": null, \"d\": true}'", root) ~ ") as j)", "4"),
    ("(select max(j.value) from (" ~ mig_openjson("'{\"a\": \"x\", \"b\": [1], \"c\": null, \"d\": true}'", root) ~ ") as j where j.key = 'a')", "'x'"),
    ("(select max(j.type) from (" ~ mig_openjson("'{\"a\": \"x\", \"b\": [1], \"c\": null, \"d\": true}'", root) ~ ") as j where j.key = 'b')", "4"),
    ("(select max(j.type) from (" ~ mig_openjson("'{\"a\": \"x\", \"b\": [1], \"c\": null, \"d\": true}'", root) ~ ") as j where j.key = 'd')", "3"),
    ("(select max(j.value) from (" ~ mig_openjson("'{\"a\": \"x\", \"b\": [1], \"c\": null, \"d\": true}'", root) ~ ") as j where j.key = 'c')", none),
    ("(select max(j.value) from (" ~ mig_openjson("'[10, 20]'", root) ~ ") as j where cast(j.key as varchar(9)) = '1')", "'20'"),
]) }}
