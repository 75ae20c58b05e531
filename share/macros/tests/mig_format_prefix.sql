{{ mig_unexpected([
    (mig_format_prefix("'-1.00'", "'$'"), "'-$1.00'"),
    (mig_format_prefix("'1.00'", "'$'"), "'$1.00'"),
]) }}
