{#- The first bit is the sign; of too many bytes the last ones count. -#}
{{ mig_unexpected([
    (mig_bytes_int(mig_int_bytes('-1', 4, 4), 'integer'), "-1"),
    (mig_bytes_int(mig_int_bytes('-32768', 2, 2), 'smallint'), "-32768"),
    (mig_bytes_int(mig_int_bytes('258', 4, 4), 'smallint'), "258"),
    (mig_bytes_int(mig_int_bytes('65536', 4, 4), 'smallint'), "0"),
    (mig_bytes_int(mig_int_bytes('9007199254740993', 8, 8), 'bigint'), "9007199254740993"),
]) }}
