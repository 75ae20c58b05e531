{#
    A procedure's parameter: the dbt variable of its name, or the parameter's
    default. A variable that has to be set and is not stops the model's
    compilation, not the project's. Give dates in ISO 8601.
#}
{% macro parameter(name, default=none, required=true) -%}
    {%- set value = var(name, default) -%}
    {%- if value is none and required and execute -%}
        {{ exceptions.raise_compiler_error("set the variable '" ~ name ~ "'") }}
    {%- endif -%}
    {{- 'null' if value is none else "'" ~ (value | string | replace("'", "''")) ~ "'" -}}
{%- endmacro %}
