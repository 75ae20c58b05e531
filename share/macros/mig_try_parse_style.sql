{#- Text as a date with a time, the date spelled as a style of CONVERT says: a
    year of two digits is in this century up to 49, a time may follow; NULL
    where it is none. -#}
{% macro mig_try_parse_style(value, format) -%}
    {{ return(adapter.dispatch('mig_try_parse_style')(value, format)) }}
{%- endmacro %}

{% macro default__mig_try_parse_style(value, format) -%}
    {%- set times = ['', ' %H:%M:%S.%f', ' %H:%M:%S', ' %H:%M', ' %I:%M:%S %p', ' %I:%M %p', ' %I:%M%p'] -%}
    {%- set start = '^([0-9A-Za-z]+[-/., ]+[0-9A-Za-z]+[-/., ]+)' -%}
    case when trim({{ value }}) = '' then cast('1900-01-01' as timestamp) else try_strptime(
        regexp_replace(regexp_replace(
            regexp_replace(trim({{ value }}), '([.][0-9]{6})[0-9]+', '\1'),
            '{{ start }}([0-4][0-9])( |$)', '\120\2\3'),
            '{{ start }}([5-9][0-9])( |$)', '\119\2\3'),
        [{%- for t in times %}{{ format[:-1] ~ t }}'{{ ', ' if not loop.last }}{% endfor -%}])
    end
{%- endmacro %}
