{#- Bytes as an integer: the last ones that it has room for, the first bit is
    its sign. -#}
{% macro mig_bytes_int(value, type) -%}
    {{ return(adapter.dispatch('mig_bytes_int')(value, type)) }}
{%- endmacro %}

{% macro default__mig_bytes_int(value, type) -%}
    {%- set digits = {'smallint': 4, 'integer': 8, 'bigint': 16}[type] -%}
    {%- set unsigned = "cast('0x' || right(repeat('0', 16) || hex(" ~ value ~ "), " ~ digits ~ ") as hugeint)" -%}
    cast(case
        when {{ unsigned }} >= {{ 2 ** (4 * digits - 1) }} then {{ unsigned }} - cast({{ 2 ** (4 * digits) }} as hugeint)
        else {{ unsigned }}
    end as {{ type }})
{%- endmacro %}

{% macro postgres__mig_bytes_int(value, type) -%}
    {%- set digits = {'smallint': 4, 'integer': 8, 'bigint': 16}[type] -%}
    {%- set last = "right(repeat('0', 16) || encode(" ~ value ~ ", 'hex'), " ~ digits ~ ")" -%}
    {%- if type == 'smallint' -%}
    cast(cast(cast(('x' || {{ last }} || '0000') as bit(32)) as integer) / 65536 as smallint)
    {%- else -%}
    cast(cast(('x' || {{ last }}) as bit({{ 4 * digits }})) as {{ type }})
    {%- endif -%}
{%- endmacro %}
