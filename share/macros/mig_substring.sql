{#- SUBSTRING whose start may lie before the first character: what lies there
    counts in the length, which must not be negative. -#}
{% macro mig_substring(value, start, length) -%}
    {{ return(adapter.dispatch('mig_substring')(value, start, length)) }}
{%- endmacro %}

{% macro default__mig_substring(value, start, length) -%}
    case when ({{ start }}) + ({{ length }}) is not null then
        substring(
            {{ value }},
            greatest({{ start }}, 1),
            case
                when {{ length }} < 0 then error('negative length passed to SUBSTRING')
                else greatest(({{ start }}) + ({{ length }}) - greatest({{ start }}, 1), 0)
            end)
    end
{%- endmacro %}

{#- substring() does so itself. -#}
{% macro postgres__mig_substring(value, start, length) -%}
    substring({{ value }}, {{ start }}, {{ length }})
{%- endmacro %}
