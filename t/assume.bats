#!/usr/bin/env bats
# What a translation takes for granted of the data is tested in the data.

load lib/helpers
load lib/dbt

# project [ROW]: of a table with that row, and views of it, in DIR out
project() {
	cat >s.sql <<-SQL
	CREATE DATABASE shop
	GO
	CREATE TABLE dbo.c (id int NOT NULL PRIMARY KEY, nn nvarchar(20) NULL,
	    v varchar(20) NULL, sc nvarchar(20) COLLATE Latin1_General_100_CI_AS_SC)
	GO
	INSERT dbo.c VALUES (1, ${1:-N'Åsa Ek', 'Åsa', N'Ek'})
	GO
	CREATE VIEW dbo.counted AS SELECT LEN(nn) AS nn, LEN(sc) AS sc, LEN(v) AS v
	    FROM dbo.c
	GO
	CREATE VIEW dbo.searched AS SELECT CHARINDEX(N' ', nn) AS nn FROM dbo.c
	GO
	CREATE VIEW dbo.replaced AS SELECT REPLACE(nn, N'ss', N's') AS nn FROM dbo.c
	GO
	CREATE VIEW dbo.unioned AS SELECT LEFT(u.nn, 1) AS nn
	    FROM (SELECT nn FROM dbo.c UNION SELECT sc FROM dbo.c) u
	GO
	CREATE VIEW dbo.compared AS SELECT id FROM dbo.c WHERE nn = N'åsa ek'
	GO
	SQL
	mssql-extract --ddl s.sql --rows rows | mig-assess |
		mig-plan | mig-gen -C out >gen.jsonl
}

# assumed MODEL: its columns, and what else is asked of them
assumed() {
	jq -r --arg m "rpt_$1" 'select(.name == $m).files[] |
		select(.path | endswith(".yml")).content' gen.jsonl |
		sed -n '/plain_text/,/^$/s/^  *\(- [a-z]\{1,2\}$\|forms.*\|lig.*\)/\1/p' |
		tr '\n' ' '
}

@test "a model whose text is counted or searched tests its inputs" {
	project
	is "$(assumed counted)" '- nn '
	is "$(assumed searched)" '- nn forms: true '
	is "$(assumed replaced)" '- nn forms: true ligatures: true '
	is "$(assumed unioned)" '- nn - sc '
	is "$(assumed compared)" ''
}

@test "the tests fail on text that SQL Server sees otherwise" {
	need_dbt
	project "N'a b 😀', 'x', N'😀'"
	mig-load -C out rows/dbo.c.jsonl >/dev/null
	mig-test -C out gen.jsonl >test.jsonl || true
	is "$(jq -r 'select(.test.data_tests.fail > 0).name' test.jsonl | sort |
		tr '\n' ' ')" \
		'rpt_counted rpt_replaced rpt_searched rpt_unioned '
	rm -rf out rows
	project "N'Ｓtraße x', 'ß', N'ß'"
	mig-load -C out rows/dbo.c.jsonl >/dev/null
	mig-test -C out gen.jsonl >test.jsonl || true
	is "$(jq -r 'select(.test.data_tests.fail > 0).name' test.jsonl | sort |
		tr '\n' ' ')" 'rpt_replaced rpt_searched '
}
