{#- What is special in a regular expression is not special here. -#}
{{ mig_unexpected([
    (mig_replace("'aXbx'", "'x'", "'-'"), "'a-b-'"),
    (mig_replace("'a.b'", "'.'", "'-'"), "'a-b'"),
    (mig_replace("'a+b'", "'A+'", "'$1'"), "'$1b'"),
    (mig_replace("'abc'", "'x'", "'-'"), "'abc'"),
    (mig_replace("'abc'", "''", "'-'"), "'abc'"),
    (mig_replace("''", "''", "'-'"), "''"),
    (mig_replace("'abc'", "''", "cast(null as varchar(3))"), none),
]) }}
