{#
    Stands in for a model that has to be written by hand: whoever builds it is
    told so, and nothing that reads it is built on rows that aren't right.
#}
{% macro to_be_written(object) -%}
    {%- if execute -%}
        {{- exceptions.raise_compiler_error(
            object ~ " has to be written by hand: see migration_changes.md"
        ) -}}
    {%- endif -%}
    null as to_be_written
{%- endmacro %}
