{{ mig_unexpected([
    (mig_format_number_commas('cast(1234567.891 as decimal(18, 3))', 2, 1), "'1,234,567.89'"),
    (mig_format_number_commas('cast(-1234.5 as decimal(18, 3))', 0, 1), "'-1,235'"),
    (mig_format_number_commas('cast(0.5 as decimal(18, 3))', 2, 1), "'0.50'"),
    (mig_format_number_commas('cast(999.995 as decimal(18, 3))', 2, 1), "'1,000.00'"),
]) }}
