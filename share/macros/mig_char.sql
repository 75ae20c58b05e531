{#- CHAR: the character of a number in code page 1252. -#}
{% macro mig_char(number) -%}
    {{ return(adapter.dispatch('mig_char')(number)) }}
{%- endmacro %}

{% macro default__mig_char(number) -%}
    case
        when {{ number }} in (129, 141, 143, 144, 157) then chr({{ number }})
        when {{ number }} between 128 and 159
            then substring('€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ', {{ number }} - 127, 1)
        when {{ number }} between 0 and 255 then chr({{ number }})
    end
{%- endmacro %}
