{#- A quotient of exact numbers as SQL Server gives it: cut, not rounded, after
    the digits that its result type has. -#}
{% macro mig_divide(dividend, divisor, divisor_scale, scale) -%}
    {{ return(adapter.dispatch('mig_divide')(dividend, divisor, divisor_scale, scale)) }}
{%- endmacro %}

{% macro default__mig_divide(dividend, divisor, divisor_scale, scale) -%}
    {%- set by = '1' ~ '0' * (scale | int + divisor_scale | int) -%}
    {%- set unit = ('0.' ~ '0' * (scale | int - 1) ~ '1') if scale | int > 0 else '1' -%}
    (cast(
        cast(({{ dividend }}) * cast({{ by }} as decimal(38, 0)) as hugeint)
        // cast(({{ divisor }}) * cast({{ '1' ~ '0' * (divisor_scale | int) }} as decimal(38, 0)) as hugeint)
        as decimal(38, 0)) * {{ unit }})
{%- endmacro %}

{% macro postgres__mig_divide(dividend, divisor, divisor_scale, scale) -%}
    {%- set unit = ('0.' ~ '0' * (scale | int - 1) ~ '1') if scale | int > 0 else '1' -%}
    (div(
        cast({{ dividend }} as numeric) * {{ '1' ~ '0' * (scale | int) }},
        cast({{ divisor }} as numeric)
    ) * {{ unit }})
{%- endmacro %}
