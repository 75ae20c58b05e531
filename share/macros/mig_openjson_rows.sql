{#- The elements of an array, or the one object, that a JSON path leads to. -#}
{% macro mig_openjson_rows(value, path) -%}
    {{ return(adapter.dispatch('mig_openjson_rows')(value, path)) }}
{%- endmacro %}

{% macro default__mig_openjson_rows(value, path) -%}
    select unnest(
        case
            when json_type({{ value }}, {{ path }}) = 'ARRAY' then cast(json_extract({{ value }}, {{ path }}) as json[])
            when json_type({{ value }}, {{ path }}) = 'OBJECT' then [json_extract({{ value }}, {{ path }})]
        end
    ) as value
{%- endmacro %}

{% macro postgres__mig_openjson_rows(value, path) -%}
    select a.item as value
    from json_array_elements(
        case json_typeof(cast({{ value }} as json) #> {{ path }})
            when 'array' then cast({{ value }} as json) #> {{ path }}
            when 'object' then json_build_array(cast({{ value }} as json) #> {{ path }})
        end
    ) as a (item)
{%- endmacro %}
