{{ mig_unexpected([
    (mig_parsename("'a.b.c'", "1"), "'c'"),
    (mig_parsename("'a.b.c'", "4"), none),
    (mig_parsename("'a.b.c.d.e'", "1"), none),
]) }}
