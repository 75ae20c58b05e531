{#
    No text has characters beyond 16 bits, each of which SQL Server counted as
    two. With forms: none has wide or high forms of letters, or marks apart
    from them, which equalled the plain ones; with ligatures: nor letters that
    equalled two others.
#}
{% test plain_text(model, text_of, columns, forms=false, ligatures=false) %}

    {%- set postgres = target.type == 'postgres' -%}
    {%- set unwanted = [
        '\\U00010000-\\U0010FFFF' if postgres else '\\x{10000}-\\x{10FFFF}'] -%}
    {%- if forms -%}
    {%- do unwanted.append('¹²³ªºςİ\u3000\uff01-\uffe6') -%}
    {%- do unwanted.append('\\u0300-\\u036f' if postgres else '\\x{0300}-\\x{036f}') -%}
    {%- endif -%}
    {%- if ligatures -%}
    {%- do unwanted.append('ßẞæÆœŒþÞĳĲﬀ-ﬆ') -%}
    {%- endif %}

    select {{ columns | join(', ') }}
    from {{ text_of }}
    where
        {%- for column in columns %}
        {{ 'or ' if not loop.first }}
        {%- if postgres -%}
        {{ column }} ~ '[{{ unwanted | join }}]'
        {%- else -%}
        regexp_matches({{ column }}, '[{{ unwanted | join }}]')
        {%- endif %}
        {%- endfor %}

{% endtest %}
