{#- REPLACE without regard to case, of a part that comes from data. -#}
{% macro mig_replace(value, part, by) -%}
    {{ return(adapter.dispatch('mig_replace')(value, part, by)) }}
{%- endmacro %}

{% macro default__mig_replace(value, part, by) -%}
    regexp_replace({{ value }}, regexp_escape({{ part }}), replace({{ by }}, '\', '\\'), 'gi')
{%- endmacro %}

{% macro postgres__mig_replace(value, part, by) -%}
    regexp_replace(
        {{ value }} collate "und-x-icu",
        regexp_replace({{ part }}, '([].*+?^$(){}|[\\])', '\\\1', 'g'),
        replace({{ by }}, '\', '\\'), 'gi')
{%- endmacro %}
