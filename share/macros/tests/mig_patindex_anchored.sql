{{ mig_unexpected([
    (mig_patindex_anchored("'abc'", "'a.*'"), "1"),
    (mig_patindex_anchored("'xabc'", "'a.*'"), "0"),
    (mig_patindex_anchored("cast(null as varchar(3))", "'a'"), none),
]) }}
