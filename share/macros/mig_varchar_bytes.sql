{#- Text as bytes of code page 1252. -#}
{% macro mig_varchar_bytes(value) -%}
    {{ return(adapter.dispatch('mig_varchar_bytes')(value)) }}
{%- endmacro %}

{% macro default__mig_varchar_bytes(value) -%}
    unhex(array_to_string(list_transform(
        string_split({{ value }}, ''),
        lambda c: case
            when c = '' then ''
            when unicode(c) < 256 then printf('%02X', unicode(c))
            when strpos('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ', c) > 0 then
                list_extract(['80','82','83','84','85','86','87','88','89','8A','8B','8C','8E','91','92','93','94','95','96','97','98','99','9A','9B','9C','9E','9F'],
                    strpos('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ', c))
            else '3F'
        end), ''))
{%- endmacro %}

{% macro postgres__mig_varchar_bytes(value) -%}
    convert_to({{ value }}, 'WIN1252')
{%- endmacro %}
