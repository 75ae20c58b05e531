{#- DATEPART week: January 1 is in the first, each Sunday starts another. -#}
{% macro mig_datepart_week(value) -%}
    {{ return(adapter.dispatch('mig_datepart_week')(value)) }}
{%- endmacro %}

{% macro default__mig_datepart_week(value) -%}
    (dayofyear({{ value }}) + dayofweek(date_trunc('year', {{ value }})) - 1) // 7 + 1
{%- endmacro %}

{% macro postgres__mig_datepart_week(value) -%}
    (cast(extract(doy from {{ value }}) as integer) + cast(extract(dow from date_trunc('year', {{ value }})) as integer) - 1) / 7 + 1
{%- endmacro %}
