{#- REPLACE without regard to case, of a part that comes from data; nothing is
    found of nothing. -#}
{% macro mig_replace(value, part, by) -%}
    {{ return(adapter.dispatch('mig_replace')(value, part, by)) }}
{%- endmacro %}

{% macro default__mig_replace(value, part, by) -%}
    case
        when {{ part }} = '' and {{ by }} is not null then {{ value }}
        else regexp_replace({{ value }}, regexp_escape({{ part }}), replace({{ by }}, '\', '\\'), 'gi')
    end
{%- endmacro %}

{% macro postgres__mig_replace(value, part, by) -%}
    case
        when {{ part }} = '' and {{ by }} is not null then {{ value }}
        else regexp_replace(
            {{ value }} collate "und-x-icu",
            regexp_replace({{ part }}, '([].*+?^$(){}|[\\])', '\\\1', 'g'),
            replace({{ by }}, '\', '\\'), 'gi')
    end
{%- endmacro %}
