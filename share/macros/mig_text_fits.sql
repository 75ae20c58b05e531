{#- The text of a number, for which a string of this length must have room. -#}
{% macro mig_text_fits(value, length) -%}
    {{ return(adapter.dispatch('mig_text_fits')(value, length)) }}
{%- endmacro %}

{% macro default__mig_text_fits(value, length) -%}
    case when length({{ value }}) > {{ length }} then error('no room for ' || {{ value }}) else {{ value }} end
{%- endmacro %}

{#- substring() refuses a negative length. -#}
{% macro postgres__mig_text_fits(value, length) -%}
    substring({{ value }}, 1, case when length({{ value }}) > {{ length }} then -1 else {{ length }} end)
{%- endmacro %}
