{#- A datetimeoffset moved into a time zone. -#}
{% macro mig_offset_at_zone(value, zone) -%}
    {{ return(adapter.dispatch('mig_offset_at_zone')(value, zone)) }}
{%- endmacro %}

{% macro default__mig_offset_at_zone(value, zone) -%}
    {{ mig_at_time_zone("timezone(" ~ zone ~ ", cast(" ~ value ~ " as timestamptz))", zone) }}
{%- endmacro %}
