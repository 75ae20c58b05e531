{#- ASCII: the first character's number in code page 1252. -#}
{% macro mig_ascii(value) -%}
    {{ return(adapter.dispatch('mig_ascii')(value)) }}
{%- endmacro %}

{% macro default__mig_ascii(value) -%}
    case
        when {{ value }} = '' then null
        when ascii({{ value }}) < 256 then ascii({{ value }})
        when strpos('€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ', left({{ value }}, 1)) > 0
            then strpos('€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ', left({{ value }}, 1)) + 127
        when {{ value }} is not null then 63
    end
{%- endmacro %}
