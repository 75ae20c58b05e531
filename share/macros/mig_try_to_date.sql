{#- Text as a date, NULL where it is none. -#}
{% macro mig_try_to_date(value, type) -%}
    {{ return(adapter.dispatch('mig_try_to_date')(value, type)) }}
{%- endmacro %}

{% macro default__mig_try_to_date(value, type) -%}
    {%- set dates = ['%Y-%m-%d', '%Y%m%d', '%Y/%m/%d', '%Y.%m.%d', '%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y', '%m/%d/%y', '%y%m%d',
        '%b %d %Y', '%b %d, %Y', '%d %b %Y', '%B %d, %Y', '%B %d %Y', '%d %B %Y', '%d-%b-%Y'] -%}
    {%- set times = ['', ' %H:%M:%S.%f', ' %H:%M:%S', ' %H:%M', 'T%H:%M:%S.%f', 'T%H:%M:%S', ' %I:%M:%S %p', ' %I:%M:%S%p', ' %I:%M %p', ' %I:%M%p'] -%}

    cast(try_strptime(
        case when trim({{ value }}) = '' then '1900-01-01' else regexp_replace(trim({{ value }}), '([.][0-9]{6})[0-9]+', '\1') end,
        [{%- for t in times %}{% for d in dates %}'{{ d ~ t }}'{{ ', ' if not loop.last }}{% endfor %}{{ ', ' if not loop.last }}{% endfor -%}]) as date)
{%- endmacro %}

{% macro postgres__mig_try_to_date(value, type) -%}
    {%- set v = "trim(" ~ value ~ ")" -%}
    {%- set forms = [
        ('^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}$', '^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$', 1, 2, 3),
        ('^[0-9]{8}$', '^([0-9]{4})([0-9]{2})([0-9]{2})$', 1, 2, 3),
        ('^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}$', '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$', 3, 1, 2)] -%}
    {%- set months = "position(lower(substring(" ~ v ~ " from '[A-Za-z]{3}')) in 'janfebmaraprmayjunjulaugsepoctnovdec')" -%}
    case
        when {{ v }} = '' then cast('1900-01-01' as date)
        {%- for test, groups, y, m, d in forms %}
        when {{ v }} ~ '{{ test }}' then
            case
                when cast((regexp_match({{ v }}, '{{ groups }}'))[{{ m }}] as integer) between 1 and 12
                    and cast((regexp_match({{ v }}, '{{ groups }}'))[{{ y }}] as integer) >= 1
                    and cast((regexp_match({{ v }}, '{{ groups }}'))[{{ d }}] as integer) between 1 and
                        extract(day from make_date(
                            cast((regexp_match({{ v }}, '{{ groups }}'))[{{ y }}] as integer),
                            cast((regexp_match({{ v }}, '{{ groups }}'))[{{ m }}] as integer), 1) + interval '1 month - 1 day')
                    then make_date(
                        cast((regexp_match({{ v }}, '{{ groups }}'))[{{ y }}] as integer),
                        cast((regexp_match({{ v }}, '{{ groups }}'))[{{ m }}] as integer),
                        cast((regexp_match({{ v }}, '{{ groups }}'))[{{ d }}] as integer))
            end
        {%- endfor %}
        when {{ v }} ~ '^([0-9]{1,2} )?[A-Za-z]{3,9}( [0-9]{1,2},?)? [0-9]{4}$' and {{ months }} % 3 = 1 then
            case
                when cast(coalesce(substring({{ v }} from '^([0-9]{1,2}) '), substring({{ v }} from ' ([0-9]{1,2}),? '), '1') as integer) between 1 and
                        extract(day from make_date(cast(right({{ v }}, 4) as integer), ({{ months }} + 2) / 3, 1) + interval '1 month - 1 day')
                    then make_date(cast(right({{ v }}, 4) as integer), ({{ months }} + 2) / 3,
                        cast(coalesce(substring({{ v }} from '^([0-9]{1,2}) '), substring({{ v }} from ' ([0-9]{1,2}),? '), '1') as integer))
            end
    end
{%- endmacro %}
