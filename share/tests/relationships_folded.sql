{#
    As relationships, for text whose case and trailing blanks didn't count in
    the source database.
#}
{% test relationships_folded(model, column_name, to, field) %}

    select child.{{ column_name }}
    from {{ model }} as child
    where
        child.{{ column_name }} is not null
        and not exists (
            select 1
            from {{ to }} as parent
            where
                lower(rtrim(parent.{{ field }}, ' '))
                = lower(rtrim(child.{{ column_name }}, ' '))
        )

{% endtest %}
