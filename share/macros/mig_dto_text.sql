{#- A datetimeoffset as text, with the digits of a second that its type has. -#}
{% macro mig_dto_text(value, digits) -%}
    {{ return(adapter.dispatch('mig_dto_text')(value, digits)) }}
{%- endmacro %}

{% macro default__mig_dto_text(value, digits) -%}
    left({{ value }}, 10) || ' ' || substring({{ value }}, 12, 8)
    {%- if digits | int > 0 %} || '.'
        || rpad(substring({{ value }}, 21, greatest(least(length({{ value }}) - 26, {{ digits }}), 0)), {{ digits }}, '0')
    {%- endif %} || ' ' || right({{ value }}, 6)
{%- endmacro %}
