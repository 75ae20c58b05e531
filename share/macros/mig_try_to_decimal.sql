{#- Text as a decimal, NULL where it is none or doesn't fit. -#}
{% macro mig_try_to_decimal(value, type) -%}
    {{ return(adapter.dispatch('mig_try_to_decimal')(value, type)) }}
{%- endmacro %}

{% macro default__mig_try_to_decimal(value, type) -%}
    case
        when regexp_full_match({{ value }}, ' *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+) *')
            then try_cast(trim({{ value }}) as {{ type }})
    end
{%- endmacro %}

{% macro postgres__mig_try_to_decimal(value, type) -%}
    {%- set size = type.split('(')[1].rstrip(')').split(',') -%}
    case
        when {{ value }} !~ '^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+) *$' then null
        when abs(round(cast(cast({{ value }} as text) as numeric), {{ size[1] }})) < 1{{ '0' * (size[0] | int - size[1] | int) }}
            then cast(cast({{ value }} as text) as {{ type }})
    end
{%- endmacro %}
