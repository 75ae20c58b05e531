{#- Text as money, NULL where it is none. -#}
{% macro mig_try_to_money(value, type) -%}
    {{ return(adapter.dispatch('mig_try_to_money')(value, type)) }}
{%- endmacro %}

{% macro default__mig_try_to_money(value, type) -%}
    case
        when trim({{ value }}) = '' then 0
        when regexp_full_match({{ value }}, ' *[+-]? *[$]? *[+-]?([0-9][0-9,]*[.]?[0-9]*|[.][0-9]+) *')
            then try_cast(replace(replace(replace({{ value }}, '$', ''), ',', ''), ' ', '') as {{ type }})
    end
{%- endmacro %}

{% macro postgres__mig_try_to_money(value, type) -%}
    case
        when trim({{ value }}) = '' then 0
        when {{ value }} ~ '^ *[+-]? *[$]? *[+-]?([0-9][0-9,]*[.]?[0-9]*|[.][0-9]+) *$'
            then cast(replace(replace(replace({{ value }}, '$', ''), ',', ''), ' ', '') as {{ type }})
    end
{%- endmacro %}
