{%- set form = "'DD/MM/YYYY'" if target.type == 'postgres' else "'%d/%m/%Y'" -%}
{{ mig_unexpected([
    (mig_try_parse_style("'03/04/2024'", form), "timestamp '2024-04-03'"),
    (mig_try_parse_style("'03/04/49'", form), "timestamp '2049-04-03'"),
    (mig_try_parse_style("'03/04/50'", form), "timestamp '1950-04-03'"),
    (mig_try_parse_style("'03/04/2024 05:06:07'", form), "timestamp '2024-04-03 05:06:07'"),
    (mig_try_parse_style("''", form), "timestamp '1900-01-01'"),
    (mig_try_parse_style("'31/02/2024'", form), none),
    (mig_try_parse_style("'soon'", form), none),
]) }}
