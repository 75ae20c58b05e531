{#- DATEDIFF in years: how many New Year's days lie between. -#}
{% macro mig_datediff_year(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_year')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_year(start, finish) -%}
    date_diff('year', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_year(start, finish) -%}
    cast(extract(year from {{ finish }}) - extract(year from {{ start }}) as integer)
{%- endmacro %}
