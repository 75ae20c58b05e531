{#- Bytes of code page 1252 as text. -#}
{% macro mig_bytes_varchar(value) -%}
    {{ return(adapter.dispatch('mig_bytes_varchar')(value)) }}
{%- endmacro %}

{% macro default__mig_bytes_varchar(value) -%}
    array_to_string(list_transform(
        range(1, octet_length({{ value }}) + 1),
        lambda i: chr(cast(('0x' || hex({{ value }}[i:i])) as integer))), '')
{%- endmacro %}

{% macro postgres__mig_bytes_varchar(value) -%}
    convert_from({{ value }}, 'WIN1252')
{%- endmacro %}
