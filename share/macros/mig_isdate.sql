{#- ISDATE for the usual spellings. -#}
{% macro mig_isdate(value) -%}
    {{ return(adapter.dispatch('mig_isdate')(value)) }}
{%- endmacro %}

{% macro default__mig_isdate(value) -%}
    case when {{ mig_try_to_timestamp(value, 'timestamp') }} is not null and trim({{ value }}) <> '' then 1 else 0 end
{%- endmacro %}
