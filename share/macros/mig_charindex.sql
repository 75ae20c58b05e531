{#- CHARINDEX with a place to start from. -#}
{% macro mig_charindex(part, value, start) -%}
    {{ return(adapter.dispatch('mig_charindex')(part, value, start)) }}
{%- endmacro %}

{% macro default__mig_charindex(part, value, start) -%}
    case
        when {{ part }} = '' and {{ value }} is not null then 0
        when strpos(substring({{ value }}, greatest({{ start }}, 1)), {{ part }}) > 0
            then strpos(substring({{ value }}, greatest({{ start }}, 1)), {{ part }}) + greatest({{ start }}, 1) - 1
        when strpos({{ value }}, {{ part }}) is not null then 0
    end
{%- endmacro %}
