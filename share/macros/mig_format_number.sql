{#- FORMAT of a number with so many decimals and at least so many digits. -#}
{% macro mig_format_number(value, decimals, digits) -%}
    {{ return(adapter.dispatch('mig_format_number')(value, decimals, digits)) }}
{%- endmacro %}

{% macro default__mig_format_number(value, decimals, digits) -%}
    {%- set r = "cast(round(" ~ value ~ ", " ~ decimals ~ ") as decimal(38, " ~ decimals ~ "))" -%}
    case when {{ r }} < 0 then '-' else '' end
        || lpad(cast(abs({{ r }}) as varchar), cast(greatest(length(cast(abs({{ r }}) as varchar)), {{ digits | int + (decimals | int + 1 if decimals | int else 0) }}) as integer), '0')
{%- endmacro %}

{% macro postgres__mig_format_number(value, decimals, digits) -%}
    {%- set r = "round(cast(" ~ value ~ " as numeric), " ~ decimals ~ ")" -%}
    case when {{ r }} < 0 then '-' else '' end
        || lpad(cast(abs({{ r }}) as text), greatest(length(cast(abs({{ r }}) as text)), {{ digits | int + (decimals | int + 1 if decimals | int else 0) }}), '0')
{%- endmacro %}
