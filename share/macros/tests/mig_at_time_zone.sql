{#- Winter and summer, and an offset that is no whole hour. -#}
{{ mig_unexpected([
    (mig_at_time_zone("timestamp '2024-01-15 12:00:00'", "'America/New_York'"), "'2024-01-15T12:00:00.000000-05:00'"),
    (mig_at_time_zone("timestamp '2024-07-15 12:00:00'", "'America/New_York'"), "'2024-07-15T12:00:00.000000-04:00'"),
    (mig_at_time_zone("timestamp '2024-01-15 12:00:00'", "'Asia/Kolkata'"), "'2024-01-15T12:00:00.000000+05:30'"),
]) }}
