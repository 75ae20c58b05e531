{#- JSON_VALUE: a scalar as text; NULL for an object, an array or nothing. -#}
{% macro mig_json_value(value, path) -%}
    {{ return(adapter.dispatch('mig_json_value')(value, path)) }}
{%- endmacro %}

{% macro default__mig_json_value(value, path) -%}
    case
        when json_type({{ value }}, {{ path }}) not in ('OBJECT', 'ARRAY') then json_extract_string({{ value }}, {{ path }})
    end
{%- endmacro %}

{% macro postgres__mig_json_value(value, path) -%}
    case
        when json_typeof(cast({{ value }} as json) #> {{ path }}) not in ('object', 'array') then cast({{ value }} as json) #>> {{ path }}
    end
{%- endmacro %}
