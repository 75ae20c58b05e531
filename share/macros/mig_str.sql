{#- STR: a number at the right end of a text of that length; fewer decimals where
    they don't fit, asterisks where the number itself doesn't. -#}
{% macro mig_str(value, length, decimals) -%}
    {{ return(adapter.dispatch('mig_str')(value, length, decimals)) }}
{%- endmacro %}

{% macro default__mig_str(value, length, decimals) -%}
    {%- set whole = "length(cast(cast(trunc(" ~ value ~ ") as decimal(38, 0)) as varchar))" -%}
    {%- set n = decimals | int -%}
    case
        when length(cast(cast(round({{ value }}, {{ n }}) as decimal(38, {{ n }})) as varchar)) <= {{ length }}
            then lpad(cast(cast(round({{ value }}, {{ n }}) as decimal(38, {{ n }})) as varchar), {{ length }}, ' ')
        {%- for k in range(n - 1, -1, -1) %}
        when length(cast(cast(round({{ value }}, {{ k }}) as decimal(38, {{ k }})) as varchar)) <= {{ length }}
            then lpad(cast(cast(round({{ value }}, {{ k }}) as decimal(38, {{ k }})) as varchar), {{ length }}, ' ')
        {%- endfor %}
        when {{ value }} is not null then repeat('*', {{ length }})
    end
{%- endmacro %}

{% macro postgres__mig_str(value, length, decimals) -%}
    {%- set n = decimals | int -%}
    case
        {%- for k in range(n, -1, -1) %}
        when length(cast(round(cast({{ value }} as numeric), {{ k }}) as text)) <= {{ length }}
            then lpad(cast(round(cast({{ value }} as numeric), {{ k }}) as text), {{ length }}, ' ')
        {%- endfor %}
        when {{ value }} is not null then repeat('*', {{ length }})
    end
{%- endmacro %}
