{#- DATEDIFF in milliseconds. -#}
{% macro mig_datediff_millisecond(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_millisecond')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_millisecond(start, finish) -%}
    date_diff('millisecond', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_millisecond(start, finish) -%}
    cast(extract(epoch from date_trunc('milliseconds', {{ finish }}) - date_trunc('milliseconds', {{ start }})) * 1000 as bigint)
{%- endmacro %}
