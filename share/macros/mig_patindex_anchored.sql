{#- PATINDEX of a pattern for the whole text: 1 or 0. -#}
{% macro mig_patindex_anchored(value, pattern) -%}
    {{ return(adapter.dispatch('mig_patindex_anchored')(value, pattern)) }}
{%- endmacro %}

{% macro default__mig_patindex_anchored(value, pattern) -%}
    case
        when regexp_full_match({{ value }}, {{ pattern }}, 's') then 1
        when {{ value }} is not null then 0
    end
{%- endmacro %}

{% macro postgres__mig_patindex_anchored(value, pattern) -%}
    case
        when {{ value }} ~ ('^(' || {{ pattern }} || ')$') then 1
        when {{ value }} is not null then 0
    end
{%- endmacro %}
