{#- Longer: zeros in front; shorter: the last bytes stay. -#}
{{ mig_unexpected([
    (mig_bytes_int(mig_int_bytes('258', 4, 8), 'bigint'), "258"),
    (mig_bytes_int(mig_int_bytes('65537', 4, 2), 'integer'), "1"),
    ("octet_length(" ~ mig_int_bytes('1', 4, 8) ~ ")", "8"),
    (mig_bytes_int(mig_int_bytes('-2', 4, 4), 'integer'), "-2"),
]) }}
