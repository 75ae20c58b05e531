{#- One byte a letter. -#}
{{ mig_unexpected([
    (mig_bytes_int(mig_varchar_bytes("'é€'"), 'integer'), "59776"),
    (mig_bytes_int(mig_varchar_bytes("'AB'"), 'integer'), "16706"),
    ("octet_length(" ~ mig_varchar_bytes("'é€'") ~ ")", "2"),
]) }}
