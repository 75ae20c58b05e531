{#- Text as a collation compares it that minds neither case nor width nor kana.
    Collations of version 80 don't know what lies beyond 16 bits. -#}
{% macro mig_fold_text(value, version) -%}
    {{ return(adapter.dispatch('mig_fold_text')(value, version)) }}
{%- endmacro %}

{#- DuckDB's lower() takes the dot off İ, which has a letter of its own. -#}
{% macro default__mig_fold_text(value, version) -%}
    {%- set folded = "nfc_normalize(" ~ mig_fold_letters("lower(replace(" ~ value ~ ", 'İ', 'i' || chr(775)))") ~ ")" -%}
    case
        when strlen({{ value }}) = length({{ value }}) then lower({{ value }})
        {%- if version | int < 90 %}
        else regexp_replace({{ folded }}, '[\x{10000}-\x{10FFFF}]', '', 'g')
        {%- else %}
        else {{ folded }}
        {%- endif %}
    end
{%- endmacro %}

{% macro postgres__mig_fold_text(value, version) -%}
    {%- set folded = "normalize(" ~ mig_fold_letters("lower(" ~ value ~ ' collate "und-x-icu")') ~ ", nfc)" -%}
    case
        when octet_length({{ value }}) = length({{ value }}) then lower({{ value }})
        {%- if version | int < 90 %}
        else regexp_replace({{ folded }}, '[\U00010000-\U0010FFFF]', '', 'g')
        {%- else %}
        else {{ folded }}
        {%- endif %}
    end
{%- endmacro %}
