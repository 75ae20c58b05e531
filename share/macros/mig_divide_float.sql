{#- A quotient of floats: by zero it is an error, as in SQL Server, not
    infinity. -#}
{% macro mig_divide_float(dividend, divisor) -%}
    {{ return(adapter.dispatch('mig_divide_float')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__mig_divide_float(dividend, divisor) -%}
    (({{ dividend }}) / case when ({{ divisor }}) = 0 then error('divide by zero') else {{ divisor }} end)
{%- endmacro %}

{% macro postgres__mig_divide_float(dividend, divisor) -%}
    (cast({{ dividend }} as double precision) / ({{ divisor }}))
{%- endmacro %}
