#!/usr/bin/env bats
# mig-drift: two extractions compared.

bats_require_minimum_version 1.5.0
load lib/helpers

# old and new: scripts on stdin, their records in old.jsonl and new.jsonl
old() { cat >old.sql && mssql-extract --ddl old.sql >old.jsonl; }
new() { cat >new.sql && mssql-extract --ddl new.sql >new.jsonl; }

drift() {
	run --separate-stderr mig-drift "$@" old.jsonl new.jsonl
	printf '%s\n' "$output" | grep '^{' >out.jsonl || true
	[ ! -s out.jsonl ] || valid out.jsonl
}

detail() { # ID EXPRESSION
	jq -c --arg id "$1" "select(.id == \$id) | .details[] | $2" out.jsonl
}

base() {
	old <<'SQL'
CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, name nvarchar(50) NULL,
	amount decimal(9,2) NOT NULL, gone int NULL);
GO
CREATE VIEW dbo.v AS SELECT id, name FROM dbo.t;
GO
CREATE VIEW dbo.w AS SELECT id FROM dbo.v;
GO
SQL
}

@test "nothing changed: no record, status 0" {
	base
	cp old.jsonl new.jsonl
	drift
	[ "$status" -eq 0 ]
	is "$output" ""
}

@test "columns added, dropped, widened, narrowed, nullable" {
	base
	new <<'SQL'
CREATE TABLE dbo.t (id bigint NOT NULL PRIMARY KEY, name nvarchar(20) NULL,
	amount decimal(11,2) NULL, fresh date NULL);
GO
CREATE VIEW dbo.v AS SELECT id, name FROM dbo.t;
GO
CREATE VIEW dbo.w AS SELECT id FROM dbo.v;
GO
SQL
	drift
	[ "$status" -eq 1 ]
	is "$(detail dbo.t '[.what,.name,.change,.severity]' | sort)" \
		'["column","fresh","added","info"]
["column","gone","dropped","error"]
["nullable","amount","allowed","warning"]
["type","amount","widened","info"]
["type","id","widened","info"]
["type","name","changed","warning"]'
	is "$(jq -c 'select(.id == "dbo.t").affects' out.jsonl)" \
		'["dbo.v","dbo.w"]'
}

@test "definitions: changed, or only laid out anew" {
	base
	new <<'SQL'
CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, name nvarchar(50) NULL,
	amount decimal(9,2) NOT NULL, gone int NULL);
GO
CREATE VIEW dbo.v AS SELECT id, name FROM dbo.t WHERE id > 0;
GO
CREATE VIEW dbo.w AS
	SELECT id
	FROM dbo.v
GO
SQL
	drift
	is "$(detail dbo.v '[.what,.change,.severity]')" \
		'["definition","changed","warning"]'
	is "$(detail dbo.w '[.what,.change,.severity]')" \
		'["definition","layout","info"]'
}

@test "objects added and dropped, keys changed, models named" {
	base
	new <<'SQL'
CREATE TABLE dbo.t (id int NOT NULL, name nvarchar(50) NULL,
	amount decimal(9,2) NOT NULL, gone int NULL,
	PRIMARY KEY (id, amount));
GO
CREATE VIEW dbo.v AS SELECT id, name FROM dbo.t;
GO
CREATE TABLE dbo.n (a int);
GO
SQL
	echo '{"kind":"model","name":"stg_dbo__t","object":"dbo.t"}' >plan.jsonl
	drift --plan plan.jsonl
	is "$(jq -c '[.id,.change]' out.jsonl | paste -sd' ')" \
		'["dbo.t","changed"] ["dbo.w","dropped"] ["dbo.n","added"]'
	is "$(detail dbo.t '[.what,.severity]')" '["primary_key","error"]'
	is "$(jq -c 'select(.id == "dbo.t").models' out.jsonl)" '["stg_dbo__t"]'
	run --separate-stderr mig-drift --text old.jsonl new.jsonl
	has "table dbo.t: changed"
	has "  used by dbo.v, dbo.w"
}

@test "what can't be read is not compared" {
	base
	run mig-drift old.jsonl missing.jsonl
	[ "$status" -eq 2 ]
	echo '{"kind":"table"' >new.jsonl
	run mig-drift old.jsonl new.jsonl
	[ "$status" -eq 2 ]
	run mig-drift old.jsonl
	[ "$status" -eq 2 ]
}
