{#- Text as money: with a currency sign and thousands separators. -#}
{% macro mig_to_money(value, type) -%}
    {{ return(adapter.dispatch('mig_to_money')(value, type)) }}
{%- endmacro %}

{% macro default__mig_to_money(value, type) -%}
    cast(case when trim({{ value }}) = '' then '0' else replace(replace(replace({{ value }}, '$', ''), ',', ''), ' ', '') end as {{ type }})
{%- endmacro %}
