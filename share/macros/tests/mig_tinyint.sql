{{ mig_unexpected([
    (mig_tinyint("255"), "255"),
    (mig_tinyint("cast(null as integer)"), none),
]) }}
