{#- JSON_QUERY: an object or array as text. -#}
{% macro mig_json_query(value, path) -%}
    {{ return(adapter.dispatch('mig_json_query')(value, path)) }}
{%- endmacro %}

{% macro default__mig_json_query(value, path) -%}
    case
        when json_type({{ value }}, {{ path }}) in ('OBJECT', 'ARRAY') then cast(json_extract({{ value }}, {{ path }}) as varchar)
    end
{%- endmacro %}

{% macro postgres__mig_json_query(value, path) -%}
    case
        when json_typeof(cast({{ value }} as json) #> {{ path }}) in ('object', 'array') then cast({{ value }} as json) #>> {{ path }}
    end
{%- endmacro %}
