{#- Minutes as the offset of a datetimeoffset: +05:30. -#}
{% macro mig_offset_text(minutes) -%}
    {{ return(adapter.dispatch('mig_offset_text')(minutes)) }}
{%- endmacro %}

{% macro default__mig_offset_text(minutes) -%}
    case when {{ minutes }} < 0 then '-' else '+' end
        || lpad(cast(abs({{ minutes }}) // 60 as varchar), 2, '0') || ':'
        || lpad(cast(abs({{ minutes }}) % 60 as varchar), 2, '0')
{%- endmacro %}

{% macro postgres__mig_offset_text(minutes) -%}
    case when {{ minutes }} < 0 then '-' else '+' end
        || lpad(cast(abs({{ minutes }}) / 60 as varchar), 2, '0') || ':'
        || lpad(cast(abs({{ minutes }}) % 60 as varchar), 2, '0')
{%- endmacro %}
