{#- DATEDIFF in microseconds. -#}
{% macro mig_datediff_microsecond(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_microsecond')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_microsecond(start, finish) -%}
    date_diff('microsecond', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_microsecond(start, finish) -%}
    cast(extract(epoch from date_trunc('microseconds', {{ finish }}) - date_trunc('microseconds', {{ start }})) * 1000000 as bigint)
{%- endmacro %}
