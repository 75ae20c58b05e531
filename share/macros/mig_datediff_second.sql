{#- DATEDIFF in seconds: how many full seconds of the clock lie between. -#}
{% macro mig_datediff_second(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_second')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_second(start, finish) -%}
    date_diff('second', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_second(start, finish) -%}
    cast(extract(epoch from date_trunc('second', {{ finish }}) - date_trunc('second', {{ start }})) / 1 as bigint)
{%- endmacro %}
