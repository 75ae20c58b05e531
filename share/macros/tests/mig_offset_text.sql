{{ mig_unexpected([
    (mig_offset_text("-90"), "'-01:30'"),
    (mig_offset_text("330"), "'+05:30'"),
    (mig_offset_text("0"), "'+00:00'"),
]) }}
