{#- Text as a float, NULL where it is none. -#}
{% macro mig_try_to_float(value, type) -%}
    {{ return(adapter.dispatch('mig_try_to_float')(value, type)) }}
{%- endmacro %}

{% macro default__mig_try_to_float(value, type) -%}
    case
        when trim({{ value }}) = '' then 0
        when regexp_full_match({{ value }}, ' *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eEdD][+-]?[0-9]+)? *')
            then try_cast(trim({{ value }}) as {{ type }})
    end
{%- endmacro %}

{% macro postgres__mig_try_to_float(value, type) -%}
    case
        when trim({{ value }}) = '' then 0
        when {{ value }} ~ '^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})? *$'
            then cast(cast({{ value }} as text) as {{ type }})
    end
{%- endmacro %}
