{#- SOUNDEX: a letter and three digits. Letters of one sound side by side, or
    with only H or W between them, count once; vowels keep them apart; what is
    no letter ends the word. -#}
{% macro mig_soundex(value) -%}
    {{ return(adapter.dispatch('mig_soundex')(value)) }}
{%- endmacro %}

{% macro default__mig_soundex(value) -%}
    {%- set word = "upper(regexp_extract(" ~ value ~ ", '^[A-Za-z]*'))" -%}
    {%- set sounds = namespace(text="translate(regexp_replace(" ~ word ~ ", '(.)[HW]+', '\\1', 'g'), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '11112222222233455600000000')") -%}
    {%- for digit in '123456' %}
    {%- set sounds.text = "regexp_replace(" ~ sounds.text ~ ", '" ~ digit ~ "+', '" ~ digit ~ "', 'g')" %}
    {%- endfor %}
    case
        when {{ word }} = '' then '0000'
        else left({{ word }}, 1) || left(replace(substring({{ sounds.text }}, 2), '0', '') || '000', 3)
    end
{%- endmacro %}

{% macro postgres__mig_soundex(value) -%}
    {%- set word = "upper(substring(" ~ value ~ " from '^[A-Za-z]*'))" -%}
    case
        when {{ word }} = '' then '0000'
        else left({{ word }}, 1) || left(replace(substring(regexp_replace(
            translate(regexp_replace({{ word }}, '(.)[HW]+', '\1', 'g'),
                'BFPVCGJKQSXZDTLMNRAEIOUYHW', '11112222222233455600000000'),
            '([1-6])\1+', '\1', 'g'), 2), '0', '') || '000', 3)
    end
{%- endmacro %}
