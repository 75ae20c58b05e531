{#- Examples of the documentation and of the National Archives' rules. -#}
{{ mig_unexpected([
    (mig_soundex("'Smith'"), "'S530'"),
    (mig_soundex("'smythe'"), "'S530'"),
    (mig_soundex("'Green'"), "'G650'"),
    (mig_soundex("'Blotchet-Halls'"), "'B432'"),
    (mig_soundex("'Ashcraft'"), "'A261'"),
    (mig_soundex("'Pfister'"), "'P236'"),
    (mig_soundex("'Tymczak'"), "'T522'"),
    (mig_soundex("'Washington'"), "'W252'"),
    (mig_soundex("'12'"), "'0000'"),
    (mig_soundex("cast(null as varchar(3))"), none),
]) }}
