{#- .998 is .997, .999 the next second. -#}
{{ mig_unexpected([
    (mig_round_datetime("timestamp '2024-01-01 00:00:00.998'"), "timestamp '2024-01-01 00:00:00.997'"),
    (mig_round_datetime("timestamp '2024-01-01 00:00:00.999'"), "timestamp '2024-01-01 00:00:01'"),
    (mig_round_datetime("timestamp '2024-01-01 00:00:00.995'"), "timestamp '2024-01-01 00:00:00.997'"),
    (mig_round_datetime("timestamp '2024-01-01 00:00:00.994'"), "timestamp '2024-01-01 00:00:00.993'"),
    (mig_round_datetime("timestamp '2024-01-01 00:00:00.001'"), "timestamp '2024-01-01'"),
    (mig_round_datetime("timestamp '2024-01-01 23:59:59.999'"), "timestamp '2024-01-02'"),
]) }}
