{#- Text as a bit: true, false or a number. -#}
{% macro mig_to_bit(value, type) -%}
    {{ return(adapter.dispatch('mig_to_bit')(value, type)) }}
{%- endmacro %}

{% macro default__mig_to_bit(value, type) -%}
    case lower(trim({{ value }}))
        when 'true' then true
        when 'false' then false
        when '' then false
        else cast(cast({{ value }} as varchar) as integer) <> 0
    end
{%- endmacro %}
