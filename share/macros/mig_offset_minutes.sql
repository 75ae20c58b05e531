{#- The offset of a datetimeoffset in minutes. -#}
{% macro mig_offset_minutes(value) -%}
    {{ return(adapter.dispatch('mig_offset_minutes')(value)) }}
{%- endmacro %}

{% macro default__mig_offset_minutes(value) -%}
    (cast(substring(right({{ value }}, 6), 2, 2) as integer) * 60 + cast(right({{ value }}, 2) as integer))
        * case when left(right({{ value }}, 6), 1) = '-' then -1 else 1 end
{%- endmacro %}
