{#- DATE_BUCKET: the start of the bucket, counted from the origin. -#}
{% macro mig_date_bucket(value, part, number, origin) -%}
    {{ return(adapter.dispatch('mig_date_bucket')(value, part, number, origin)) }}
{%- endmacro %}

{% macro default__mig_date_bucket(value, part, number, origin) -%}
    time_bucket(to_{{ part }}s({{ number }}), cast({{ value }} as timestamp), cast({{ origin }} as timestamp))
{%- endmacro %}

{% macro postgres__mig_date_bucket(value, part, number, origin) -%}
    {%- if part == 'month' -%}
    cast({{ origin }} as timestamp) + interval '1 month' * cast({{ number }} * floor(
        (extract(year from {{ value }}) * 12 + extract(month from {{ value }})
            - extract(year from {{ origin }}) * 12 - extract(month from {{ origin }})) / {{ number }}) as integer)
    {%- else -%}
    cast({{ origin }} as timestamp) + interval '1 {{ part }}' * cast({{ number }} * floor(
        extract(epoch from cast({{ value }} as timestamp) - cast({{ origin }} as timestamp))
            / ({{ number }} * extract(epoch from interval '1 {{ part }}'))) as double precision)
    {%- endif -%}
{%- endmacro %}
