{#- Upper case, letter by letter: ß stays. -#}
{% macro mig_upper(value) -%}
    {{ return(adapter.dispatch('mig_upper')(value)) }}
{%- endmacro %}

{% macro default__mig_upper(value) -%}
    upper({{ value }})
{%- endmacro %}

{% macro duckdb__mig_upper(value) -%}
    replace(upper({{ value }}), 'ẞ', 'ß')
{%- endmacro %}

{% macro postgres__mig_upper(value) -%}
    translate(upper(translate({{ value }}, 'ß', chr(57344)) collate "und-x-icu"), chr(57344), 'ß')
{%- endmacro %}
