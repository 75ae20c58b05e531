{#- DATEDIFF in months: how many firsts of a month lie between. -#}
{% macro mig_datediff_month(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_month')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_month(start, finish) -%}
    date_diff('month', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_month(start, finish) -%}
    cast(extract(year from {{ finish }}) * 12 + extract(month from {{ finish }})
        - extract(year from {{ start }}) * 12 - extract(month from {{ start }}) as integer)
{%- endmacro %}
