{#- DATEDIFF in hours: how many full hours of the clock lie between. -#}
{% macro mig_datediff_hour(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_hour')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_hour(start, finish) -%}
    date_diff('hour', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_hour(start, finish) -%}
    cast(extract(epoch from date_trunc('hour', {{ finish }}) - date_trunc('hour', {{ start }})) / 3600 as bigint)
{%- endmacro %}
