{#- A local time with the offset that is in force there: a datetimeoffset. -#}
{% macro mig_at_time_zone(value, zone) -%}
    {{ return(adapter.dispatch('mig_at_time_zone')(value, zone)) }}
{%- endmacro %}

{% macro default__mig_at_time_zone(value, zone) -%}
    {{ mig_with_offset(value,
        "(case when " ~ value ~ " < (" ~ value ~ " at time zone " ~ zone ~ ") at time zone 'UTC' then '-' else '+' end"
        ~ " || strftime(cast('00:00:00' as time) + to_minutes(abs(date_diff('minute', (" ~ value ~ " at time zone " ~ zone
        ~ ") at time zone 'UTC', " ~ value ~ "))), '%H:%M'))") }}
{%- endmacro %}

{% macro duckdb__mig_at_time_zone(value, zone) -%}
    {%- set utc = "timezone('UTC', timezone(" ~ zone ~ ", cast(" ~ value ~ " as timestamp)))" -%}
    {{ mig_with_offset(value,
        "(case when cast(" ~ value ~ " as timestamp) < " ~ utc ~ " then '-' else '+' end || strftime(cast('1900-01-01' as timestamp) + to_minutes(abs(date_diff('minute', "
        ~ utc ~ ", cast(" ~ value ~ " as timestamp)))), '%H:%M'))") }}
{%- endmacro %}

{% macro postgres__mig_at_time_zone(value, zone) -%}
    {%- set utc = "timezone('UTC', timezone(" ~ zone ~ ", cast(" ~ value ~ " as timestamp)))" -%}
    {{ mig_with_offset(value,
        "(case when cast(" ~ value ~ " as timestamp) < " ~ utc ~ " then '-' else '+' end || to_char(greatest(cast(" ~ value
        ~ " as timestamp) - " ~ utc ~ ", " ~ utc ~ " - cast(" ~ value ~ " as timestamp)), 'HH24:MI'))") }}
{%- endmacro %}
