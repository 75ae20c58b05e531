{#- STUFF: characters taken out, others put in; NULL where the place is outside. -#}
{% macro mig_stuff(value, start, length, part) -%}
    {{ return(adapter.dispatch('mig_stuff')(value, start, length, part)) }}
{%- endmacro %}

{% macro default__mig_stuff(value, start, length, part) -%}
    case
        when ({{ start }}) >= 1 and ({{ start }}) <= length({{ value }}) and ({{ length }}) >= 0 then
            left({{ value }}, ({{ start }}) - 1) || coalesce({{ part }}, '') || substring({{ value }}, ({{ start }}) + ({{ length }}))
    end
{%- endmacro %}

{% macro postgres__mig_stuff(value, start, length, part) -%}
    case
        when ({{ start }}) >= 1 and ({{ start }}) <= length({{ value }}) and ({{ length }}) >= 0 then
            left({{ value }}, greatest(({{ start }}) - 1, 0)) || coalesce({{ part }}, '') || substring({{ value }}, ({{ start }}) + ({{ length }}))
    end
{%- endmacro %}
