{#- The bytes of a uniqueidentifier: its first three groups turned round. -#}
{% macro mig_guid_bytes(value) -%}
    {{ return(adapter.dispatch('mig_guid_bytes')(value)) }}
{%- endmacro %}

{% macro default__mig_guid_bytes(value) -%}
    unhex(substring({{ value }}, 7, 2) || substring({{ value }}, 5, 2)
        || substring({{ value }}, 3, 2) || substring({{ value }}, 1, 2)
        || substring({{ value }}, 12, 2) || substring({{ value }}, 10, 2)
        || substring({{ value }}, 17, 2) || substring({{ value }}, 15, 2)
        || substring({{ value }}, 20, 4) || right({{ value }}, 12))
{%- endmacro %}

{% macro postgres__mig_guid_bytes(value) -%}
    decode(substring({{ value }}, 7, 2) || substring({{ value }}, 5, 2)
        || substring({{ value }}, 3, 2) || substring({{ value }}, 1, 2)
        || substring({{ value }}, 12, 2) || substring({{ value }}, 10, 2)
        || substring({{ value }}, 17, 2) || substring({{ value }}, 15, 2)
        || substring({{ value }}, 20, 4) || right({{ value }}, 12), 'hex')
{%- endmacro %}
