{#- Text as a uniqueidentifier, NULL where it is none. -#}
{% macro mig_try_guid(value) -%}
    {{ return(adapter.dispatch('mig_try_guid')(value)) }}
{%- endmacro %}

{% macro default__mig_try_guid(value) -%}
    case
        when regexp_matches({{ value }}, '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}') then upper(left({{ value }}, 36))
        when regexp_matches({{ value }}, '^\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}') then upper(substring({{ value }}, 2, 36))
    end
{%- endmacro %}

{% macro postgres__mig_try_guid(value) -%}
    case
        when {{ value }} ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}' then upper(left({{ value }}, 36))
        when {{ value }} ~ '^\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}' then upper(substring({{ value }}, 2, 36))
    end
{%- endmacro %}
