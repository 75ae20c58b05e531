{#
    As accepted_values, for text whose case and trailing blanks didn't count in
    the source database.
#}
{% test accepted_values_folded(model, column_name, values) %}

    select {{ column_name }}
    from {{ model }}
    where
        {{ column_name }} is not null
        and lower(rtrim({{ column_name }}, ' ')) not in (
            {% for value in values %}
            lower(rtrim('{{ value }}', ' ')){{ ',' if not loop.last }}
            {% endfor %}
        )

{% endtest %}
