{#- DATEDIFF of times of day in seconds. -#}
{% macro mig_datediff_time_second(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_time_second')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_time_second(start, finish) -%}
    date_diff('second', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_time_second(start, finish) -%}
    cast(floor(extract(epoch from {{ finish }}) / 1) - floor(extract(epoch from {{ start }}) / 1) as integer)
{%- endmacro %}
