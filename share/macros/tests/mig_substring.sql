{{ mig_unexpected([
    (mig_substring("'abcdef'", '0', '3'), "'ab'"),
    (mig_substring("'abcdef'", '-1', '4'), "'ab'"),
    (mig_substring("'abcdef'", '-5', '3'), "''"),
    (mig_substring("'abcdef'", '5', '9'), "'ef'"),
    (mig_substring("'abcdef'", 'cast(null as integer)', '3'), none),
]) }}
