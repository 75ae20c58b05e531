{#- DATEDIFF in weeks: how many Sundays lie between. -#}
{% macro mig_datediff_week(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_week')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_week(start, finish) -%}
    cast(floor(date_diff('day', cast('1899-12-31' as date), cast({{ finish }} as date)) / 7)
        - floor(date_diff('day', cast('1899-12-31' as date), cast({{ start }} as date)) / 7) as bigint)
{%- endmacro %}

{% macro postgres__mig_datediff_week(start, finish) -%}
    cast(floor((cast({{ finish }} as date) - cast('1899-12-31' as date)) / 7.0)
        - floor((cast({{ start }} as date) - cast('1899-12-31' as date)) / 7.0) as integer)
{%- endmacro %}
