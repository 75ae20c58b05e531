{#- Two bytes a letter, the lower one first. -#}
{{ mig_unexpected([
    (mig_bytes_int(mig_nvarchar_bytes("'é'"), 'integer'), "59648"),
    (mig_bytes_int(mig_nvarchar_bytes("'€'"), 'integer'), "44064"),
    ("octet_length(" ~ mig_nvarchar_bytes("'abc'") ~ ")", "6"),
    ("octet_length(" ~ mig_nvarchar_bytes("''") ~ ")", "0"),
]) }}
