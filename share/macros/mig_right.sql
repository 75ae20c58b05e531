{#- RIGHT, which refuses a negative length. -#}
{% macro mig_right(value, length) -%}
    {{ return(adapter.dispatch('mig_right')(value, length)) }}
{%- endmacro %}

{% macro default__mig_right(value, length) -%}
    right({{ value }}, case when {{ length }} < 0 then error('negative length passed to RIGHT') else {{ length }} end)
{%- endmacro %}

{#- substring() refuses what right() takes otherwise. -#}
{% macro postgres__mig_right(value, length) -%}
    case when {{ length }} < 0 then substring('', 1, {{ length }}) else right({{ value }}, {{ length }}) end
{%- endmacro %}
