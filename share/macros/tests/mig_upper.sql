{{ mig_unexpected([
    (mig_upper("'straße'"), "'STRAßE'"),
    (mig_upper("'éa1'"), "'ÉA1'"),
]) }}
