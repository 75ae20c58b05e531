{#- DIFFERENCE: how many of the four places of two SOUNDEX codes are the same. -#}
{% macro mig_difference(one, other) -%}
    {{ return(adapter.dispatch('mig_difference')(one, other)) }}
{%- endmacro %}

{% macro default__mig_difference(one, other) -%}
    {%- for place in range(1, 5) %}
    case
        when substring({{ mig_soundex(one) }}, {{ place }}, 1) = substring({{ mig_soundex(other) }}, {{ place }}, 1) then 1
        when {{ one }} is not null and {{ other }} is not null then 0
    end {{- ' +' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
