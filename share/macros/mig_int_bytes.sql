{#- An integer as bytes, the highest first; the last ones that fit the length. -#}
{% macro mig_int_bytes(value, bytes, length) -%}
    {{ return(adapter.dispatch('mig_int_bytes')(value, bytes, length)) }}
{%- endmacro %}

{% macro default__mig_int_bytes(value, bytes, length) -%}
    unhex(right(repeat('00', {{ length }}) || right(lpad(hex(cast({{ value }} as bigint)), 16, '0'), 2 * {{ bytes }}), 2 * {{ length }}))
{%- endmacro %}

{% macro postgres__mig_int_bytes(value, bytes, length) -%}
    substring(
        decode(repeat('00', {{ length }}), 'hex') || substring(int8send(cast({{ value }} as bigint)) from 9 - {{ bytes }})
        from {{ bytes }} + 1)
{%- endmacro %}
