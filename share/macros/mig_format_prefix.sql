{#- A sign in front of a formatted number, behind its minus. -#}
{% macro mig_format_prefix(value, prefix) -%}
    {{ return(adapter.dispatch('mig_format_prefix')(value, prefix)) }}
{%- endmacro %}

{% macro default__mig_format_prefix(value, prefix) -%}
    case when {{ value }} like '-%' then '-' || {{ prefix }} || substring({{ value }}, 2) else {{ prefix }} || {{ value }} end
{%- endmacro %}
