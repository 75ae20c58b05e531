{#- The same instant of a datetimeoffset with another offset. -#}
{% macro mig_switch_offset(value, shift) -%}
    {{ return(adapter.dispatch('mig_switch_offset')(value, shift)) }}
{%- endmacro %}

{% macro default__mig_switch_offset(value, shift) -%}
    {{ mig_with_offset(
        "(cast(" ~ value ~ " as timestamptz) at time zone 'UTC') + to_minutes("
        ~ mig_offset_minutes(shift) ~ ")", shift) }}
{%- endmacro %}

{% macro postgres__mig_switch_offset(value, shift) -%}
    {{ mig_with_offset(
        "(cast(" ~ value ~ " as timestamptz) at time zone 'UTC') + interval '1 minute' * ("
        ~ mig_offset_minutes(shift) ~ ")", shift) }}
{%- endmacro %}
