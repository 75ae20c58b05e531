{{ mig_unexpected([
    (mig_money_text('cast(1234567.895 as decimal(19, 4))'), "'1,234,567.90'"),
    (mig_money_text('cast(-1234.5 as decimal(19, 4))'), "'-1,234.50'"),
    (mig_money_text('cast(-0.004 as decimal(19, 4))'), "'0.00'"),
    (mig_money_text('cast(0.5 as decimal(19, 4))'), "'0.50'"),
    (mig_money_text('cast(-0.5 as decimal(19, 4))'), "'-0.50'"),
]) }}
