{#
    A table as the last run left it: what a procedure reads of the table that
    it changes. Before the first run, and on a full refresh, it is what the
    table held when it was migrated.
#}
{% macro last_state(initial) %}
    {%- if execute and not should_full_refresh() and load_relation(this) -%}
        {{ this }}
    {%- else -%}
        {{ initial }}
    {%- endif -%}
{% endmacro %}
