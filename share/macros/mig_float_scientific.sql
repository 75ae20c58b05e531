{#- A float in scientific notation, its exponent of three digits. -#}
{% macro mig_float_scientific(value, digits) -%}
    {{ return(adapter.dispatch('mig_float_scientific')(value, digits)) }}
{%- endmacro %}

{% macro default__mig_float_scientific(value, digits) -%}
    regexp_replace(format('{:.{{ digits }}e}', {{ value }}), 'e([+-])([0-9][0-9])$', 'e\10\2')
{%- endmacro %}

{% macro postgres__mig_float_scientific(value, digits) -%}
    regexp_replace(trim(to_char({{ value }}, '9.{{ '9' * (digits | int) }}EEEE')), 'e([+-])([0-9][0-9])$', 'e\10\2')
{%- endmacro %}
