{{ mig_unexpected([
    (mig_isnumeric("'12'"), "1"),
    (mig_isnumeric("' -1,000.5 '"), "1"),
    (mig_isnumeric("'1e4'"), "1"),
    (mig_isnumeric("'$'"), "1"),
    (mig_isnumeric("'.'"), "1"),
    (mig_isnumeric("'12a'"), "0"),
    (mig_isnumeric("''"), "0"),
    (mig_isnumeric("cast(null as varchar(9))"), "0"),
]) }}
