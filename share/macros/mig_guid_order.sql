{#- What orders uniqueidentifiers as SQL Server does: its last six bytes first. -#}
{% macro mig_guid_order(value) -%}
    {{ return(adapter.dispatch('mig_guid_order')(value)) }}
{%- endmacro %}

{% macro default__mig_guid_order(value) -%}
    (right({{ value }}, 12) || substring({{ value }}, 20, 4)
        || substring({{ value }}, 17, 2) || substring({{ value }}, 15, 2)
        || substring({{ value }}, 12, 2) || substring({{ value }}, 10, 2)
        || substring({{ value }}, 7, 2) || substring({{ value }}, 5, 2)
        || substring({{ value }}, 3, 2) || substring({{ value }}, 1, 2))
{%- endmacro %}
