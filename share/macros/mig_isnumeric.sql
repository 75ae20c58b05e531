{#- ISNUMERIC: whole, decimal and scientific numbers, also with $ and commas. -#}
{% macro mig_isnumeric(value) -%}
    {{ return(adapter.dispatch('mig_isnumeric')(value)) }}
{%- endmacro %}

{% macro default__mig_isnumeric(value) -%}
    case
        when regexp_full_match({{ value }}, ' *[+-]? *[$]? *[+-]?([0-9][0-9,]*[.]?[0-9]*|[.][0-9]+)([eEdD][+-]?[0-9]+)? *') then 1
        when trim({{ value }}) in ('$', '.', '-', '+', ',') then 1
        else 0
    end
{%- endmacro %}

{% macro postgres__mig_isnumeric(value) -%}
    case
        when {{ value }} ~ '^ *[+-]? *[$]? *[+-]?([0-9][0-9,]*[.]?[0-9]*|[.][0-9]+)([eEdD][+-]?[0-9]+)? *$' then 1
        when trim({{ value }}) in ('$', '.', '-', '+', ',') then 1
        else 0
    end
{%- endmacro %}
