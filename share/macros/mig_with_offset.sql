{#- A timestamp and an offset as a datetimeoffset: ISO 8601 text. -#}
{% macro mig_with_offset(value, shift) -%}
    {{ return(adapter.dispatch('mig_with_offset')(value, shift)) }}
{%- endmacro %}

{% macro default__mig_with_offset(value, shift) -%}
    strftime({{ value }}, '%Y-%m-%dT%H:%M:%S.%f') || {{ shift }}
{%- endmacro %}

{% macro postgres__mig_with_offset(value, shift) -%}
    to_char({{ value }}, 'YYYY-MM-DD"T"HH24:MI:SS.US') || {{ shift }}
{%- endmacro %}
