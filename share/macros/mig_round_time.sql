{#- A time of day rounded to that many digits of a second. -#}
{% macro mig_round_time(value, digits) -%}
    {{ return(adapter.dispatch('mig_round_time')(value, digits)) }}
{%- endmacro %}

{% macro default__mig_round_time(value, digits) -%}
    {%- set unit = 10 ** (6 - digits | int) -%}
    cast(make_timestamp((epoch_us(cast('1970-01-01' as date) + {{ value }}) + {{ unit // 2 }}) // {{ unit }} * {{ unit }}) as time)
{%- endmacro %}

{% macro postgres__mig_round_time(value, digits) -%}
    cast(cast({{ value }} as time({{ digits }})) as time)
{%- endmacro %}
