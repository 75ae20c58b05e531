{#- Examples of the documentation. -#}
{{ mig_unexpected([
    (mig_difference("'Green'", "'Greene'"), "4"),
    (mig_difference("'Blotchet-Halls'", "'Greene'"), "0"),
    (mig_difference("'smothers'", "'brothers'"), "2"),
    (mig_difference("cast(null as varchar(3))", "'a'"), none),
]) }}
