{#- Two letters of a ligature, one of the other forms. -#}
{{ mig_unexpected([
    (mig_fold_letters("'straße'"), "'strasse'"),
    (mig_fold_letters("'æther œuvre þorn ﬁn'"), "'aether oeuvre thorn fin'"),
    (mig_fold_letters("'ａｂｃ１２，！'"), "'abc12,!'"),
    (mig_fold_letters("'ヒラガナ'"), "'ひらがな'"),
    (mig_fold_letters("'ﾋﾗﾅ'"), "'ひらな'"),
    (mig_fold_letters("'m² σας'"), "'m2 σασ'"),
    (mig_fold_letters("cast(null as varchar(3))"), none),
]) }}
