{{ mig_unexpected([
    (mig_stuff("'abcdef'", '2', '3', "'ijklmn'"), "'aijklmnef'"),
    (mig_stuff("'abc'", '0', '1', "'x'"), none),
    (mig_stuff("'abc'", '4', '1', "'x'"), none),
    (mig_stuff("'abc'", '1', '0', "'x'"), "'xabc'"),
    (mig_stuff("'abc'", '2', '99', "'x'"), "'ax'"),
    (mig_stuff("'abc'", '2', '1', "cast(null as varchar(3))"), "'ac'"),
    (mig_stuff("'abc'", '2', '-1', "'x'"), none),
]) }}
