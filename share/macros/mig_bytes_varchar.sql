{#- Bytes of code page 1252 as text. -#}
{% macro mig_bytes_varchar(value) -%}
    {{ return(adapter.dispatch('mig_bytes_varchar')(value)) }}
{%- endmacro %}

{% macro default__mig_bytes_varchar(value) -%}
    array_to_string(list_transform(
        range(1, octet_length({{ value }}) + 1),
        lambda i: case
            when hex({{ value }}[i:i]) in ('81', '8D', '8F', '90', '9D') or hex({{ value }}[i:i]) not similar to '[89].'
                then chr(cast(('0x' || hex({{ value }}[i:i])) as integer))
            else substring(
                '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ',
                cast(('0x' || hex({{ value }}[i:i])) as integer) - 127, 1)
        end), '')
{%- endmacro %}

{% macro postgres__mig_bytes_varchar(value) -%}
    convert_from({{ value }}, 'WIN1252')
{%- endmacro %}
