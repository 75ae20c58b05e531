{#- A datetime in style 126: milliseconds only where there are some. -#}
{% macro mig_datetime_iso(value) -%}
    {{ return(adapter.dispatch('mig_datetime_iso')(value)) }}
{%- endmacro %}

{% macro default__mig_datetime_iso(value) -%}
    strftime({{ value }}, '%Y-%m-%dT%H:%M:%S')
        || case when millisecond({{ value }}) % 1000 <> 0 then strftime({{ value }}, '.%g') else '' end
{%- endmacro %}

{% macro postgres__mig_datetime_iso(value) -%}
    to_char({{ value }}, 'YYYY-MM-DD"T"HH24:MI:SS')
        || case when cast(extract(milliseconds from {{ value }}) as integer) % 1000 <> 0 then to_char({{ value }}, '.MS') else '' end
{%- endmacro %}
