{#- One time in a run. -#}
{{ mig_unexpected([
    (mig_now(), "cast('" ~ run_started_at.strftime("%Y-%m-%d %H:%M:%S") ~ "' as timestamp)"),
]) }}
