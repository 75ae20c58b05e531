{#- DATEDIFF of times of day in minutes. -#}
{% macro mig_datediff_time_minute(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_time_minute')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_time_minute(start, finish) -%}
    date_diff('minute', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_time_minute(start, finish) -%}
    cast(floor(extract(epoch from {{ finish }}) / 60) - floor(extract(epoch from {{ start }}) / 60) as integer)
{%- endmacro %}
