{{ mig_unexpected([
    (mig_offset_minutes("'2024-01-15T12:00:00.000000-05:30'"), "-330"),
    (mig_offset_minutes("'2024-01-15T12:00:00.000000+14:00'"), "840"),
    (mig_offset_minutes("'-00:15'"), "-15"),
]) }}
