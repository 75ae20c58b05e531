{#- FORMAT of a number with thousands separators. -#}
{% macro mig_format_number_commas(value, decimals, digits) -%}
    {{ return(adapter.dispatch('mig_format_number_commas')(value, decimals, digits)) }}
{%- endmacro %}

{% macro default__mig_format_number_commas(value, decimals, digits) -%}
    {%- set r = "cast(round(" ~ value ~ ", " ~ decimals ~ ") as decimal(38, " ~ decimals ~ "))" -%}
    case when {{ r }} < 0 then '-' else '' end
        || format('{:,}', cast(trunc(abs({{ r }})) as hugeint))
        {%- if decimals | int %} || right(cast(abs({{ r }}) as varchar), {{ decimals | int + 1 }}){% endif %}
{%- endmacro %}

{% macro postgres__mig_format_number_commas(value, decimals, digits) -%}
    to_char(round(cast({{ value }} as numeric), {{ decimals }}), 'FM999,999,999,999,999,999,999,990{{ '.' ~ '0' * (decimals | int) if decimals | int }}')
{%- endmacro %}
