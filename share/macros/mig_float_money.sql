{# Money has four digits behind the point: the nearest, of two the even one. #}

{% macro mig_float_money(value, type) -%}
    {{ return(adapter.dispatch('mig_float_money')(value, type)) }}
{%- endmacro %}

{% macro default__mig_float_money(value, type) -%}
    cast(cast(round_even(cast(({{ value }}) * 10000 as {{ type }}), 0) as bigint) * 0.0001 as decimal(19, 4))
{%- endmacro %}

{% macro postgres__mig_float_money(value, type) -%}
    cast(cast(round(cast(cast(({{ value }}) * 10000 as {{ type }}) as double precision)) as bigint) * 0.0001 as numeric(19, 4))
{%- endmacro %}
