{#- A float that SQL Server has: infinity and what is not a number are errors. -#}
{% macro mig_finite(value) -%}
    {{ return(adapter.dispatch('mig_finite')(value)) }}
{%- endmacro %}

{% macro default__mig_finite(value) -%}
    case when isnan({{ value }}) or isinf({{ value }}) then error('an invalid floating point operation occurred') else {{ value }} end
{%- endmacro %}
