{#- A time that smalldatetime has room for: an earlier or later one is an error, here
    that of a text which is no time. -#}
{% macro mig_smalldatetime_range(value) -%}
    {{ return(adapter.dispatch('mig_smalldatetime_range')(value)) }}
{%- endmacro %}

{% macro default__mig_smalldatetime_range(value) -%}
    case
        when {{ value }} between cast('1900-01-01' as timestamp) and cast('2079-06-06 23:59:29.998' as timestamp)
            then {{ value }}
        else cast(cast({{ value }} as varchar) || ' is out of range' as timestamp)
    end
{%- endmacro %}
