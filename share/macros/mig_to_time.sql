{#- Text as a time of day. -#}
{% macro mig_to_time(value, type) -%}
    {{ return(adapter.dispatch('mig_to_time')(value, type)) }}
{%- endmacro %}

{% macro default__mig_to_time(value, type) -%}
    cast(case when trim({{ value }}) = '' then '00:00:00' else trim({{ value }}) end as time)
{%- endmacro %}

{% macro duckdb__mig_to_time(value, type) -%}
    cast(coalesce(
        try_strptime(trim({{ value }}), ['%H:%M:%S.%n', '%H:%M:%S', '%H:%M', '%I:%M:%S %p', '%I:%M %p', '%I:%M%p', '%I %p', '%I%p']),
        cast({{ mig_to_timestamp(value, 'timestamp') }} as timestamp)) as time)
{%- endmacro %}
