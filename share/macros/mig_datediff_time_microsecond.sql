{#- DATEDIFF of times of day in microseconds. -#}
{% macro mig_datediff_time_microsecond(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_time_microsecond')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_time_microsecond(start, finish) -%}
    date_diff('microsecond', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_time_microsecond(start, finish) -%}
    cast(floor(extract(epoch from {{ finish }}) * 1000000) - floor(extract(epoch from {{ start }}) * 1000000) as bigint)
{%- endmacro %}
