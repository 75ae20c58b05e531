{#- DATEDIFF of times of day in milliseconds. -#}
{% macro mig_datediff_time_millisecond(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_time_millisecond')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_time_millisecond(start, finish) -%}
    date_diff('millisecond', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_time_millisecond(start, finish) -%}
    cast(floor(extract(epoch from {{ finish }}) * 1000) - floor(extract(epoch from {{ start }}) * 1000) as bigint)
{%- endmacro %}
