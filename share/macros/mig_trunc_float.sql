{#- ROUND of a float that cuts instead. -#}
{% macro mig_trunc_float(value, digits) -%}
    {{ return(adapter.dispatch('mig_trunc_float')(value, digits)) }}
{%- endmacro %}

{% macro default__mig_trunc_float(value, digits) -%}
    (trunc(cast({{ value }} as double) * power(10.0, {{ digits }})) / power(10.0, {{ digits }}))
{%- endmacro %}

{% macro postgres__mig_trunc_float(value, digits) -%}
    (trunc(cast({{ value }} as double precision) * power(cast(10 as double precision), {{ digits }}))
        / power(cast(10 as double precision), {{ digits }}))
{%- endmacro %}
