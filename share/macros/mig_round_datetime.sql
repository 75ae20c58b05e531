{#- A time as datetime keeps it: in steps of 1/300 s, shown in milliseconds. -#}
{% macro mig_round_datetime(value) -%}
    {{ return(adapter.dispatch('mig_round_datetime')(value)) }}
{%- endmacro %}

{% macro default__mig_round_datetime(value) -%}
    (date_trunc('day', {{ value }}) + to_milliseconds(
        (((epoch_us({{ value }}) - epoch_us(date_trunc('day', {{ value }}))) * 3 + 5000) // 10000 * 10 + 1) // 3))
{%- endmacro %}

{% macro postgres__mig_round_datetime(value) -%}
    (date_trunc('day', {{ value }}) + interval '1 millisecond' * floor((floor((
        extract(epoch from {{ value }} - date_trunc('day', {{ value }})) * 3000000 + 5000) / 10000) * 10 + 1) / 3))
{%- endmacro %}
