{#- Text as a date, in the spellings that SQL Server reads with us_english. -#}
{% macro mig_to_date(value, type) -%}
    {{ return(adapter.dispatch('mig_to_date')(value, type)) }}
{%- endmacro %}

{% macro default__mig_to_date(value, type) -%}
    {%- set dates = ['%Y-%m-%d', '%Y%m%d', '%Y/%m/%d', '%Y.%m.%d', '%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y', '%m/%d/%y', '%y%m%d',
        '%b %d %Y', '%b %d, %Y', '%d %b %Y', '%B %d, %Y', '%B %d %Y', '%d %B %Y', '%d-%b-%Y'] -%}
    {%- set times = ['', ' %H:%M:%S.%f', ' %H:%M:%S', ' %H:%M', 'T%H:%M:%S.%f', 'T%H:%M:%S', ' %I:%M:%S %p', ' %I:%M:%S%p', ' %I:%M %p', ' %I:%M%p'] -%}

    cast(strptime(
        case when trim({{ value }}) = '' then '1900-01-01' else regexp_replace(trim({{ value }}), '([.][0-9]{6})[0-9]+', '\1') end,
        [{%- for t in times %}{% for d in dates %}'{{ d ~ t }}'{{ ', ' if not loop.last }}{% endfor %}{{ ', ' if not loop.last }}{% endfor -%}]) as date)
{%- endmacro %}

{% macro postgres__mig_to_date(value, type) -%}
    cast(case when trim({{ value }}) = '' then '1900-01-01' else {{ value }} end as date)
{%- endmacro %}
