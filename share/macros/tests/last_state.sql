{#- There is no table of this name yet. -#}
{{ mig_unexpected([
    ("'" ~ last_state('before') | trim ~ "'", "'before'"),
]) }}
