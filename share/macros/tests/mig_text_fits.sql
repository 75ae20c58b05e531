{{ mig_unexpected([
    (mig_text_fits("'12.50'", "5"), "'12.50'"),
    (mig_text_fits("cast(null as varchar)", "5"), none),
]) }}
