{{ mig_unexpected([
    (mig_finite("sqrt(4.0)"), "2.0"),
    (mig_finite("cast(null as double precision)"), none),
]) }}
