{#- The default, as a literal that stays in its quotes. -#}
{{ mig_unexpected([
    (parameter('no such variable', 'plain', false), "'plain'"),
    (parameter('no such variable', "it's", false), "'it''s'"),
    (parameter('no such variable', none, false), none),
]) }}
