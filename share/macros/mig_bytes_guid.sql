{#- Sixteen bytes as a uniqueidentifier: the first three groups turned round. -#}
{% macro mig_bytes_guid(value) -%}
    {{ return(adapter.dispatch('mig_bytes_guid')(value)) }}
{%- endmacro %}

{% macro default__mig_bytes_guid(value) -%}
    substring(hex({{ value }}), 7, 2) || substring(hex({{ value }}), 5, 2) || substring(hex({{ value }}), 3, 2)
        || substring(hex({{ value }}), 1, 2) || '-' || substring(hex({{ value }}), 11, 2)
        || substring(hex({{ value }}), 9, 2) || '-' || substring(hex({{ value }}), 15, 2)
        || substring(hex({{ value }}), 13, 2) || '-' || substring(hex({{ value }}), 17, 4)
        || '-' || substring(hex({{ value }}), 21, 12)
{%- endmacro %}

{% macro postgres__mig_bytes_guid(value) -%}
    substring(upper(encode({{ value }}, 'hex')), 7, 2) || substring(upper(encode({{ value }}, 'hex')), 5, 2) || substring(upper(encode({{ value }}, 'hex')), 3, 2)
        || substring(upper(encode({{ value }}, 'hex')), 1, 2) || '-' || substring(upper(encode({{ value }}, 'hex')), 11, 2)
        || substring(upper(encode({{ value }}, 'hex')), 9, 2) || '-' || substring(upper(encode({{ value }}, 'hex')), 15, 2)
        || substring(upper(encode({{ value }}, 'hex')), 13, 2) || '-' || substring(upper(encode({{ value }}, 'hex')), 17, 4)
        || '-' || substring(upper(encode({{ value }}, 'hex')), 21, 12)
{%- endmacro %}
