{#
    For the tests of macros: of pairs of an expression and what it should
    give, as SQL or none for NULL, those that give something else.
-#}
{% macro mig_unexpected(cases) -%}
    {%- for got, expected in cases %}
    select
        {{ loop.index }} as case_number,
        cast(c.got as varchar(200)) as got,
        {% if expected is none -%}
        cast(null as varchar(200)) as expected
    from (select {{ got }} as got) as c
    where c.got is not null
        {%- else -%}
        cast(c.expected as varchar(200)) as expected
    from (select {{ got }} as got, {{ expected }} as expected) as c
    where c.got is null or c.got <> c.expected
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
