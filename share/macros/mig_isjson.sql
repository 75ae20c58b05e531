{#- ISJSON: is it an object or an array in JSON? DuckDB alone would let a comma
    at an end, NaN and Infinity pass. -#}
{% macro mig_isjson(value) -%}
    {{ return(adapter.dispatch('mig_isjson')(value)) }}
{%- endmacro %}

{% macro default__mig_isjson(value) -%}
    case
        when json_valid({{ value }})
            and left(ltrim({{ value }}), 1) in ('{{ '{' }}', '[')
            and not regexp_matches(
                regexp_replace({{ value }}, '"([^"\\]|\\.)*"', 's', 'g'),
                '(?i),\s*[]}]|nan|inf'
            )
            then 1
        when {{ value }} is not null then 0
    end
{%- endmacro %}

{#- PostgreSQL 15 has no IS JSON: strings and words become letters, then what
    is nested is drawn together from the inside, ten levels deep. -#}
{% macro postgres__mig_isjson(value) -%}
    {%- set text -%}
        regexp_replace({{ value }}, '"([^"\\[:cntrl:]]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*"', 'S', 'g')
    {%- endset -%}
    {%- set words -%}
        regexp_replace(regexp_replace({{ text }}, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?|true|false|null', 'V', 'g'), '[[:space:]]', '', 'g')
    {%- endset -%}
    {%- set ns = namespace(x=words) -%}
    {%- for i in range(10) -%}
        {%- set inner -%}
            regexp_replace({{ ns.x }}, '\[([VS](,[VS])*)?\]|\{(S:[VS](,S:[VS])*)?\}', 'V', 'g')
        {%- endset -%}
        {%- set ns.x = inner -%}
    {%- endfor -%}
    case
        when left(ltrim({{ value }}), 1) in ('{{ '{' }}', '[') and {{ ns.x }} = 'V' then 1
        when {{ value }} is not null then 0
    end
{%- endmacro %}
