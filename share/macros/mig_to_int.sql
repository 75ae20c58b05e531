{#- Text as an integer: digits only, and nothing is 0. -#}
{% macro mig_to_int(value, type) -%}
    {{ return(adapter.dispatch('mig_to_int')(value, type)) }}
{%- endmacro %}

{% macro default__mig_to_int(value, type) -%}
    cast(case
        when trim({{ value }}) = '' then '0'
        when regexp_full_match({{ value }}, ' *[+-]?[0-9]+ *') then {{ value }}
        when {{ value }} is not null then error('not an integer: ' || {{ value }})
    end as {{ type }})
{%- endmacro %}

{% macro postgres__mig_to_int(value, type) -%}
    cast(case when trim({{ value }}) = '' then '0' else {{ value }} end as {{ type }})
{%- endmacro %}
