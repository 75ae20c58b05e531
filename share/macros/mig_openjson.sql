{#- OPENJSON without a schema: key, value and type of what the path leads to. -#}
{% macro mig_openjson(value, path) -%}
    {{ return(adapter.dispatch('mig_openjson')(value, path)) }}
{%- endmacro %}

{% macro default__mig_openjson(value, path) -%}
    select
        j.key,
        case
            when j.type = 'NULL' then null
            else json_extract_string(j.value, '$')
        end as value,
        case j.type
            when 'NULL' then 0
            when 'VARCHAR' then 1
            when 'BOOLEAN' then 3
            when 'ARRAY' then 4
            when 'OBJECT' then 5
            else 2
        end as type
    from json_each({{ value }}, {{ path }}) as j
{%- endmacro %}

{% macro postgres__mig_openjson(value, path) -%}
    select
        j.key,
        j.item #>> '{}' as value,
        case json_typeof(j.item)
            when 'null' then 0
            when 'string' then 1
            when 'number' then 2
            when 'boolean' then 3
            when 'array' then 4
            when 'object' then 5
        end as type
    from (
        select cast(a.place - 1 as text) as key, a.item
        from json_array_elements(
            case when json_typeof(cast({{ value }} as json) #> {{ path }}) = 'array' then cast({{ value }} as json) #> {{ path }} end
        ) with ordinality as a (item, place)
        union all
        select o.key, o.value
        from json_each(
            case when json_typeof(cast({{ value }} as json) #> {{ path }}) = 'object' then cast({{ value }} as json) #> {{ path }} end
        ) as o
    ) as j
{%- endmacro %}
