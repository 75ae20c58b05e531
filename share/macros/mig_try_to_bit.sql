{#- Text as a bit, NULL where it is none. -#}
{% macro mig_try_to_bit(value, type) -%}
    {{ return(adapter.dispatch('mig_try_to_bit')(value, type)) }}
{%- endmacro %}

{% macro default__mig_try_to_bit(value, type) -%}
    case
        when lower(trim({{ value }})) = 'true' then true
        when lower(trim({{ value }})) in ('false', '') then false
        when regexp_full_match(trim({{ value }}), '[+-]?[0-9]+') then trim({{ value }}, ' +-0') <> ''
    end
{%- endmacro %}

{% macro postgres__mig_try_to_bit(value, type) -%}
    case
        when lower(trim({{ value }})) = 'true' then true
        when lower(trim({{ value }})) in ('false', '') then false
        when trim({{ value }}) ~ '^[+-]?[0-9]+$' then btrim({{ value }}, ' +-0') <> ''
    end
{%- endmacro %}
