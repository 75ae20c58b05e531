{{ mig_unexpected([
    (mig_str('123.45', 6, 1), "' 123.5'"),
    (mig_str('123.45', 2, 2), "'**'"),
    (mig_str('floor(123.45)', 8, 3), "' 123.000'"),
    (mig_str('1234.567', 6, 2), "'1234.6'"),
    (mig_str('-1.5', 5, 1), "' -1.5'"),
    (mig_str('cast(null as decimal(9, 2))', 5, 1), none),
]) }}
