{#- A number as tinyint: what is not from 0 to 255 is an error, here a division
    by zero. -#}
{% macro mig_tinyint(value) -%}
    {{ return(adapter.dispatch('mig_tinyint')(value)) }}
{%- endmacro %}

{% macro default__mig_tinyint(value) -%}
    (cast({{ value }} as smallint) / cast(case when {{ value }} between 0 and 255 then 1 else 0 end as smallint))
{%- endmacro %}
