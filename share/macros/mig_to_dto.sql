{#- Text as a datetimeoffset: ISO 8601 text with its offset. -#}
{% macro mig_to_dto(value, type) -%}
    {{ return(adapter.dispatch('mig_to_dto')(value, type)) }}
{%- endmacro %}

{% macro default__mig_to_dto(value, type) -%}
    case
        when {{ value }} like '%Z' then left({{ value }}, length({{ value }}) - 1) || '+00:00'
        when right({{ value }}, 6) like '_:%' or right({{ value }}, 6) not like '%:__' then {{ value }} || '+00:00'
        when left(right({{ value }}, 6), 1) in ('+', '-') then {{ value }}
        else {{ value }} || '+00:00'
    end
{%- endmacro %}
