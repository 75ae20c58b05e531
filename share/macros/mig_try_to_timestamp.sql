{#- Text as a date with a time, NULL where it is none. -#}
{% macro mig_try_to_timestamp(value, type) -%}
    {{ return(adapter.dispatch('mig_try_to_timestamp')(value, type)) }}
{%- endmacro %}

{% macro default__mig_try_to_timestamp(value, type) -%}
    {%- set dates = ['%Y-%m-%d', '%Y%m%d', '%Y/%m/%d', '%Y.%m.%d', '%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y', '%m/%d/%y', '%y%m%d',
        '%b %d %Y', '%b %d, %Y', '%d %b %Y', '%B %d, %Y', '%B %d %Y', '%d %B %Y', '%d-%b-%Y'] -%}
    {%- set times = ['', ' %H:%M:%S.%f', ' %H:%M:%S', ' %H:%M', 'T%H:%M:%S.%f', 'T%H:%M:%S', ' %I:%M:%S %p', ' %I:%M:%S%p', ' %I:%M %p', ' %I:%M%p'] -%}

    try_strptime(
        case when trim({{ value }}) = '' then '1900-01-01' else regexp_replace(trim({{ value }}), '([.][0-9]{6})[0-9]+', '\1') end,
        [{%- for t in times %}{% for d in dates %}'{{ d ~ t }}'{{ ', ' if not loop.last }}{% endfor %}{{ ', ' if not loop.last }}{% endfor -%}])
{%- endmacro %}

{% macro postgres__mig_try_to_timestamp(value, type) -%}
    case
        when {{ value }} ~ '[T ][0-9]{1,2}:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?( ?[AaPp][Mm])?$' then
            {{ mig_try_to_date("regexp_replace(" ~ value ~ ", '[T ][0-9]{1,2}:.*$', '')", 'date') }}
            + cast(substring({{ value }} from '[0-9]{1,2}:[0-5][0-9].*$') as time)
        else cast({{ mig_try_to_date(value, 'date') }} as timestamp)
    end
{%- endmacro %}
