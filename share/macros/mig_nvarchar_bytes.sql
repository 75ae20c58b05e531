{#- Text as bytes of UTF-16, the lower one first. -#}
{% macro mig_nvarchar_bytes(value) -%}
    {{ return(adapter.dispatch('mig_nvarchar_bytes')(value)) }}
{%- endmacro %}

{% macro default__mig_nvarchar_bytes(value) -%}
    unhex(array_to_string(list_transform(
        string_split({{ value }}, ''),
        lambda c: case when c = '' then '' else printf('%02X%02X', unicode(c) % 256, unicode(c) // 256) end), ''))
{%- endmacro %}

{% macro postgres__mig_nvarchar_bytes(value) -%}
    (select coalesce(decode(string_agg(lpad(to_hex(ascii(c) % 256), 2, '0') || lpad(to_hex(ascii(c) / 256), 2, '0'), '' order by i), 'hex'), '')
     from unnest(string_to_array({{ value }}, null)) with ordinality as letters (c, i)
     where {{ value }} is not null)
{%- endmacro %}
