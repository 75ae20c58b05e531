{{ mig_unexpected([
    (mig_try_to_date("'2024-02-29'", 'date'), "date '2024-02-29'"),
    (mig_try_to_date("'20240229'", 'date'), "date '2024-02-29'"),
    (mig_try_to_date("'2/3/2024'", 'date'), "date '2024-02-03'"),
    (mig_try_to_date("'29 Feb 2024'", 'date'), "date '2024-02-29'"),
    (mig_try_to_date("'2023-02-29'", 'date'), none),
    (mig_try_to_date("'13/01/2024'", 'date'), none),
    (mig_try_to_date("'soon'", 'date'), none),
    (mig_try_to_date("''", 'date'), "date '1900-01-01'"),
    (mig_try_to_date("cast(null as varchar(9))", 'date'), none),
]) }}
