{#- DATEDIFF in quarters: how many starts of a quarter lie between. -#}
{% macro mig_datediff_quarter(start, finish) -%}
    {{ return(adapter.dispatch('mig_datediff_quarter')(start, finish)) }}
{%- endmacro %}

{% macro default__mig_datediff_quarter(start, finish) -%}
    date_diff('quarter', {{ start }}, {{ finish }})
{%- endmacro %}

{% macro postgres__mig_datediff_quarter(start, finish) -%}
    cast(extract(year from {{ finish }}) * 4 + extract(quarter from {{ finish }})
        - extract(year from {{ start }}) * 4 - extract(quarter from {{ start }}) as integer)
{%- endmacro %}
