{#- Text as an integer, NULL where it is none. -#}
{% macro mig_try_to_int(value, type) -%}
    {{ return(adapter.dispatch('mig_try_to_int')(value, type)) }}
{%- endmacro %}

{% macro default__mig_try_to_int(value, type) -%}
    case
        {% if type == 'tinyint' -%}
        when regexp_full_match({{ value }}, ' *[+-]?[0-9]+ *') then cast(try_cast(trim({{ value }}) as utinyint) as smallint)
        {%- else -%}
        when regexp_full_match({{ value }}, ' *[+-]?[0-9]+ *') then try_cast(trim({{ value }}) as {{ type }})
        {%- endif %}
        when trim({{ value }}) = '' then 0
    end
{%- endmacro %}

{% macro postgres__mig_try_to_int(value, type) -%}
    {%- set top = {'tinyint': '255', 'smallint': '32767', 'integer': '2147483647', 'bigint': '9223372036854775807'}[type] -%}
    case
        when trim({{ value }}) = '' then 0
        when {{ value }} !~ '^ *[+-]?[0-9]+ *$' then null
        when cast(cast({{ value }} as text) as numeric) between {{ '0' if type == 'tinyint' else '-' ~ top ~ ' - 1' }} and {{ top }}
            then cast(trim({{ value }}) as {{ 'smallint' if type == 'tinyint' else type }})
    end
{%- endmacro %}
