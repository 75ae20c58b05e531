{#- DATEDIFF of times of day in hours. -#}
{% macro mig_datediff_time_hour(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_time_hour')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_time_hour(start, finish) -%}
    date_diff('hour', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_time_hour(start, finish) -%}
    cast(floor(extract(epoch from {{ finish }}) / 3600) - floor(extract(epoch from {{ start }}) / 3600) as integer)
{%- endmacro %}
