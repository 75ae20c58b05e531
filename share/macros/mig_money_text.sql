{#- Money as text with thousands separators and two decimals (style 1). -#}
{% macro mig_money_text(value) -%}
    {{ return(adapter.dispatch('mig_money_text')(value)) }}
{%- endmacro %}

{% macro default__mig_money_text(value) -%}
    case when {{ value }} < 0 and cast({{ value }} as decimal(19, 2)) <> 0 then '-' else '' end
        || format('{:,}', cast(trunc(abs(cast({{ value }} as decimal(19, 2)))) as bigint))
        || right(cast(cast({{ value }} as decimal(19, 2)) as varchar), 3)
{%- endmacro %}

{% macro postgres__mig_money_text(value) -%}
    to_char(cast({{ value }} as numeric(19, 2)), 'FM999,999,999,999,999,990.00')
{%- endmacro %}
