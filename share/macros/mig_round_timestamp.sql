{#- A timestamp rounded to that many digits of a second. -#}
{% macro mig_round_timestamp(value, digits) -%}
    {{ return(adapter.dispatch('mig_round_timestamp')(value, digits)) }}
{%- endmacro %}

{% macro default__mig_round_timestamp(value, digits) -%}
    {%- set unit = 10 ** (6 - digits | int) -%}
    make_timestamp(cast(floor((epoch_us({{ value }}) + {{ unit // 2 }}) / {{ unit }}) as bigint) * {{ unit }})
{%- endmacro %}

{% macro postgres__mig_round_timestamp(value, digits) -%}
    cast(cast({{ value }} as timestamp({{ digits }})) as timestamp)
{%- endmacro %}
