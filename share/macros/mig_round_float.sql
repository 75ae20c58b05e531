{#- ROUND of a float: halves away from zero, as the decimal digits show them. -#}
{% macro mig_round_float(value, digits) -%}
    {{ return(adapter.dispatch('mig_round_float')(value, digits)) }}
{%- endmacro %}

{% macro default__mig_round_float(value, digits) -%}
    (sign({{ value }}) * floor(abs(cast({{ value }} as double)) * power(10.0, {{ digits }}) + 0.5) / power(10.0, {{ digits }}))
{%- endmacro %}

{% macro postgres__mig_round_float(value, digits) -%}
    (sign({{ value }}) * floor(abs(cast({{ value }} as double precision)) * power(cast(10 as double precision), {{ digits }}) + 0.5)
        / power(cast(10 as double precision), {{ digits }}))
{%- endmacro %}
