{#- DATEDIFF in minutes: how many full minutes of the clock lie between. -#}
{% macro mig_datediff_minute(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_minute')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_minute(start, finish) -%}
    date_diff('minute', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_minute(start, finish) -%}
    cast(extract(epoch from date_trunc('minute', {{ finish }}) - date_trunc('minute', {{ start }})) / 60 as bigint)
{%- endmacro %}
