{#- STRING_ESCAPE for JSON: what JSON writes with a backslash. -#}
{% macro mig_json_escape(value) -%}
    {{ return(adapter.dispatch('mig_json_escape')(value)) }}
{%- endmacro %}

{% macro default__mig_json_escape(value) -%}
    {%- set ns = namespace(text="replace(replace(replace(" ~ value ~ ", '\\', '\\\\'), '\"', '\\\"'), '/', '\\/')") -%}
    {%- set short = {8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r'} -%}
    {%- for code in range(1, 32) -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", chr(" ~ code ~ "), '\\" ~ short.get(code, "u%04x" % code) ~ "')" -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}
