{#- A number as a datetime: days since 1900. -#}
{% macro mig_days_datetime(days) -%}
    {{ return(adapter.dispatch('mig_days_datetime')(days)) }}
{%- endmacro %}

{% macro default__mig_days_datetime(days) -%}
    {{ mig_round_datetime("(cast('1900-01-01' as timestamp) + to_microseconds(cast((" ~ days ~ ") * 86400000000 as bigint)))") }}
{%- endmacro %}

{% macro postgres__mig_days_datetime(days) -%}
    {{ mig_round_datetime("(cast('1900-01-01' as timestamp) + interval '1 day' * (" ~ days ~ "))") }}
{%- endmacro %}
