{#- The time of the run: one timestamp for all models. -#}
{% macro mig_now() -%}
    {{ return(adapter.dispatch('mig_now')()) }}
{%- endmacro %}

{% macro default__mig_now() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}
