{#- A time that datetime has room for: an earlier or later one is an error, here
    that of a text which is no time. -#}
{% macro mig_datetime_range(value) -%}
    {{ return(adapter.dispatch('mig_datetime_range')(value)) }}
{%- endmacro %}

{% macro default__mig_datetime_range(value) -%}
    case
        when {{ value }} between cast('1753-01-01' as timestamp) and cast('9999-12-31 23:59:59.998' as timestamp)
            then {{ value }}
        else cast(cast({{ value }} as varchar) || ' is out of range' as timestamp)
    end
{%- endmacro %}
