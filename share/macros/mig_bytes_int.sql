{#- Bytes as an integer, the last ones. -#}
{% macro mig_bytes_int(value, type) -%}
    {{ return(adapter.dispatch('mig_bytes_int')(value, type)) }}
{%- endmacro %}

{% macro default__mig_bytes_int(value, type) -%}
    cast(('0x' || case when {{ value }} is not null then right('0000000000000000' || hex({{ value }}), 15) end) as {{ type }})
{%- endmacro %}

{% macro postgres__mig_bytes_int(value, type) -%}
    cast(cast(('x' || right('0000000000000000' || encode({{ value }}, 'hex'), 16)) as bit(64)) as bigint)
{%- endmacro %}
