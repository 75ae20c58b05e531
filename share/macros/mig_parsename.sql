{#- PARSENAME: a part of a name of up to four, from the right. -#}
{% macro mig_parsename(value, part) -%}
    {{ return(adapter.dispatch('mig_parsename')(value, part)) }}
{%- endmacro %}

{% macro default__mig_parsename(value, part) -%}
    case
        when length({{ value }}) - length(replace({{ value }}, '.', '')) < 4
        then nullif(list_reverse(string_split({{ value }}, '.'))[{{ part }}], '')
    end
{%- endmacro %}

{% macro postgres__mig_parsename(value, part) -%}
    case
        when length({{ value }}) - length(replace({{ value }}, '.', '')) < 4
        then nullif(split_part({{ value }}, '.', -({{ part }})), '')
    end
{%- endmacro %}
