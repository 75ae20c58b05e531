{{ mig_unexpected([
    (mig_isdate("'2024-02-29'"), "1"),
    (mig_isdate("'2023-02-29'"), "0"),
    (mig_isdate("'20240131'"), "1"),
    (mig_isdate("''"), "0"),
    (mig_isdate("'soon'"), "0"),
    (mig_isdate("cast(null as varchar(9))"), "0"),
]) }}
