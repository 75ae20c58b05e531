{#- A datetime and a number of days, with the fraction. -#}
{% macro mig_datetime_plus_days(value, days) -%}
    {{ return(adapter.dispatch('mig_datetime_plus_days')(value, days)) }}
{%- endmacro %}

{% macro default__mig_datetime_plus_days(value, days) -%}
    {{ mig_round_datetime("(" ~ value ~ " + to_microseconds(cast((" ~ days ~ ") * 86400000000 as bigint)))") }}
{%- endmacro %}

{% macro postgres__mig_datetime_plus_days(value, days) -%}
    {{ mig_round_datetime("(" ~ value ~ " + interval '1 day' * (" ~ days ~ "))") }}
{%- endmacro %}
