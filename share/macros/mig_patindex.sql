{#- PATINDEX: where the first part that fits the regular expression starts. -#}
{% macro mig_patindex(value, pattern) -%}
    {{ return(adapter.dispatch('mig_patindex')(value, pattern)) }}
{%- endmacro %}

{#- What stands before that part, and one. -#}
{% macro default__mig_patindex(value, pattern) -%}
    case
        when regexp_matches({{ value }}, {{ pattern }}, 's')
            then length(regexp_extract({{ value }}, '^(.*?)(?:' || {{ pattern }} || ')', 1, 's')) + 1
        when {{ value }} is not null then 0
    end
{%- endmacro %}

{% macro postgres__mig_patindex(value, pattern) -%}
    regexp_instr({{ value }}, {{ pattern }})
{%- endmacro %}
