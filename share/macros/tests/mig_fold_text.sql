{#- A letter and its mark are the one letter; only versions from 90 on know
    the face. -#}
{{ mig_unexpected([
    (mig_fold_text("'Bob '", 80), "'bob '"),
    (mig_fold_text("'STRAßE ÅNGSTRÖM'", 80), "'strasse ångström'"),
    (mig_fold_text("'Ａb１'", 80), "'ab1'"),
    (mig_fold_text("'ﾋﾗｶﾞﾅ ヒラガナ'", 100), "'ひらがな ひらがな'"),
    (mig_fold_text("'Cafe' || chr(769)", 80), "'café'"),
    (mig_fold_text("'İ'", 80), "'i' || chr(775)"),
    (mig_fold_text("'a' || chr(128512)", 80), "'a'"),
    (mig_fold_text("'a' || chr(128512)", 100), "'a' || chr(128512)"),
    (mig_fold_text("cast(null as varchar(3))", 80), none),
]) }}
