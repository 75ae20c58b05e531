{#- A float as text: six digits, an exponent of three. -#}
{% macro mig_float_text(value) -%}
    {{ return(adapter.dispatch('mig_float_text')(value)) }}
{%- endmacro %}

{% macro default__mig_float_text(value) -%}
    regexp_replace(format('{:.6g}', {{ value }}), 'e([+-])([0-9]{2})$', 'e\10\2')
{%- endmacro %}

{% macro postgres__mig_float_text(value) -%}
    case
        when {{ value }} = 0 then '0'
        when abs({{ value }}) >= 0.0001 and abs({{ value }}) < 999999.5 then
            cast(trim_scale(round(cast({{ value }} as numeric), 5 - cast(floor(log(abs(cast({{ value }} as numeric)))) as integer))) as text)
        else regexp_replace(regexp_replace(trim(to_char({{ value }}, '9.99999EEEE')), '0+e', 'e'), '[.]?e([+-])([0-9]{2})$', 'e\10\2')
    end
{%- endmacro %}
