{#- LEFT, which refuses a negative length. -#}
{% macro mig_left(value, length) -%}
    {{ return(adapter.dispatch('mig_left')(value, length)) }}
{%- endmacro %}

{% macro default__mig_left(value, length) -%}
    left({{ value }}, case when {{ length }} < 0 then error('negative length passed to LEFT') else {{ length }} end)
{%- endmacro %}
