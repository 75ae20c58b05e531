#!/usr/bin/env bats
# mssql-extract --ddl: scripts in, object records and rowsets out.

load lib/helpers

# extract [OPTION...] <SCRIPT: records in out.jsonl, checked by their schemas
extract() {
	cat >in.sql
	run mssql-extract --ddl in.sql "$@"
	printf '%s\n' "$output" | grep '^{' >out.jsonl || true
	valid out.jsonl
}

field() { jq -c "select(.kind == \"$1\") | $2" out.jsonl; }

@test "a table's columns, keys, checks and defaults" {
	extract <<'SQL'
CREATE TABLE [sales].[Order Details](
	[Order ID] [int] IDENTITY(10, 5) NOT NULL,
	[Line] [tinyint] NOT NULL CONSTRAINT [DF_L] DEFAULT ((1)),
	[Price] [decimal](9, 2) NULL,
	[Note] [nvarchar](max) COLLATE Latin1_General_BIN2 NULL,
	[Gross] AS ([Price] * 2) PERSISTED,
 CONSTRAINT [PK_OD] PRIMARY KEY CLUSTERED ([Order ID] ASC, [Line] ASC)
	WITH (PAD_INDEX = OFF) ON [PRIMARY],
 CONSTRAINT [UQ_OD] UNIQUE ([Note]),
 CONSTRAINT [CK_P] CHECK ([Price] >= 0)
) ON [PRIMARY]
GO
SQL
	status_is 0
	is "$(field table .id)" '"sales.Order Details"'
	is "$(field table '[.columns[] | [.name, .type, .nullable]]')" \
		'[["Order ID","int",false],["Line","tinyint",false],["Price","decimal(9,2)",true],["Note","nvarchar(max)",true],["Gross","decimal(11,2)",true]]'
	is "$(field table '.columns[0].identity')" '{"seed":10,"increment":5}'
	is "$(field table '.columns[1].default')" '"((1))"'
	is "$(field table '.columns[3].collation')" '"Latin1_General_BIN2"'
	is "$(field table '.columns[4] | [.computed, .persisted]')" \
		'["([Price] * 2)",true]'
	is "$(field table .primary_key.columns)" '["Order ID","Line"]'
	is "$(field table '.unique_keys[0].columns')" '["Note"]'
	is "$(field table '.checks[0]')" \
		'{"name":"CK_P","expression":"[Price] >= 0"}'
}

@test "ALTER TABLE adds keys and defaults to the table it names" {
	extract <<'SQL'
CREATE TABLE dbo.a (id int NOT NULL, n int);
CREATE TABLE dbo.b (id int PRIMARY KEY);
GO
ALTER TABLE dbo.a WITH CHECK ADD CONSTRAINT FK_a FOREIGN KEY (n)
	REFERENCES dbo.b (id);
ALTER TABLE dbo.a ADD CONSTRAINT PK_a PRIMARY KEY (id);
ALTER TABLE dbo.a ADD CONSTRAINT DF_n DEFAULT (7) FOR n;
ALTER TABLE dbo.a ADD extra varchar(5) NULL;
ALTER TABLE dbo.a CHECK CONSTRAINT FK_a;
SQL
	status_is 0
	is "$(field table 'select(.name == "a") | .foreign_keys[0] | [.columns, .references, .referenced_columns]')" \
		'[["n"],"dbo.b",["id"]]'
	is "$(field table 'select(.name == "a") | .primary_key.name')" '"PK_a"'
	is "$(field table 'select(.name == "a") | [.columns[] | .name]')" \
		'["id","n","extra"]'
	is "$(field table 'select(.name == "a") | .columns[1].default')" '"(7)"'
}

@test "a module keeps its text, its place and its settings" {
	extract <<'SQL'
SET QUOTED_IDENTIFIER OFF
GO
CREATE TABLE t (a int)
GO

-- what it is for
CREATE VIEW dbo.v AS
SELECT a FROM t
GO
SQL
	status_is 0
	is "$(field view '.definition.text')" \
		'"-- what it is for\nCREATE VIEW dbo.v AS\nSELECT a FROM t"'
	is "$(field view '.definition | [.file, .line, .column, .quoted_identifier]')" \
		'["in.sql",6,1,false]'
}

@test "parameters, kinds of functions and their results" {
	extract <<'SQL'
CREATE PROCEDURE p @a int, @b varchar(10) = 'x', @c int OUTPUT AS SELECT @a
GO
CREATE FUNCTION f (@d date) RETURNS int AS BEGIN RETURN YEAR(@d) END
GO
CREATE FUNCTION g (@n int) RETURNS TABLE AS RETURN SELECT @n AS n
GO
CREATE FUNCTION h () RETURNS @t TABLE (k int NOT NULL) AS BEGIN RETURN END
GO
SQL
	status_is 0
	is "$(field procedure .parameters)" \
		'[{"name":"@a","type":"int","output":false},{"name":"@b","type":"varchar(10)","default":"'"'x'"'","output":false},{"name":"@c","type":"int","output":true}]'
	is "$(field function '[.name, .function_type, .returns]')" \
		"$(printf '%s\n' '["f","scalar","int"]' '["g","inline",null]' '["h","multi_statement",null]')"
	is "$(field function 'select(.name == "h") | .columns')" \
		'[{"name":"k","type":"int","nullable":false}]'
}

@test "synonyms, sequences, types, triggers" {
	extract <<'SQL'
CREATE TABLE dbo.t (a int)
GO
CREATE SYNONYM dbo.s FOR [other].[dbo].[t]
GO
CREATE SEQUENCE dbo.q AS int START WITH 5 INCREMENT BY 2
GO
CREATE TYPE dbo.Code FROM varchar(10) NOT NULL
GO
CREATE TRIGGER dbo.tr ON dbo.t AFTER INSERT, UPDATE AS SELECT 1
GO
SQL
	status_is 0
	is "$(field synonym .target)" '"other.dbo.t"'
	is "$(field sequence '[.base_type, .options.start]')" '["int","5"]'
	is "$(field type '[.id, .base_type]')" '["dbo.Code","varchar(10)"]'
	is "$(field trigger '[.table, .events]')" \
		'["dbo.t",["INSERT","UPDATE"]]'
}

@test "descriptions come from extended properties" {
	extract <<'SQL'
CREATE TABLE dbo.t (a int)
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'The table',
	@level0type=N'SCHEMA', @level0name=N'dbo', @level1type=N'TABLE',
	@level1name=N't'
GO
EXEC sp_addextendedproperty 'MS_Description', 'The column', 'SCHEMA', dbo,
	'TABLE', t, 'COLUMN', a
GO
SQL
	status_is 0
	is "$(field table .description)" '"The table"'
	is "$(field table '.columns[0].description')" '"The column"'
}

@test "a definition inside EXEC and IF NOT EXISTS is found" {
	extract <<'SQL'
IF NOT EXISTS (SELECT * FROM sys.objects WHERE name = 'v')
EXEC dbo.sp_executesql @statement = N'CREATE VIEW dbo.v AS SELECT 1 AS a'
GO
SQL
	status_is 0
	is "$(field view .id)" '"dbo.v"'
}

@test "the last definition of an object wins, a dropped one is gone" {
	extract <<'SQL'
CREATE VIEW v AS SELECT 1 AS a
GO
CREATE OR ALTER VIEW v AS SELECT 2 AS b
GO
CREATE VIEW w AS SELECT 1 AS a
GO
DROP VIEW w
GO
SQL
	status_is 0
	is "$(field view '.definition.text')" \
		'"CREATE OR ALTER VIEW v AS SELECT 2 AS b"'
}

@test "what makes no record is counted in the database record" {
	extract <<'SQL'
USE [shop]
GO
CREATE TABLE t (a int)
GO
GRANT SELECT ON t TO public
PRINT 'done'
GO
SQL
	status_is 0
	is "$(field database .name)" '"shop"'
	is "$(field database '[.left_out[].count] | add')" 3
}

@test "a statement that can't be parsed is a finding and the rest is read" {
	extract <<'SQL'
CREATE TABLE a (x int)
GO
SELEC T FROM WHERE ((
GO
CREATE TABLE b (x int)
GO
SQL
	status_is 1
	is "$(field table .id)" "$(printf '"dbo.a"\n"dbo.b"')"
	is "$(field database '.findings | length > 0')" true
}

@test "rows of INSERT become rowsets with SQL Server's values" {
	extract --rows rows <<'SQL'
CREATE TABLE t (id int IDENTITY(3,2), c char(4), d decimal(9,2), m money,
	b bit, dt datetime, d1 date, f float, g uniqueidentifier, x varbinary(4),
	n nvarchar(20) DEFAULT (N'none'), big bigint, calc AS (id + 1))
GO
INSERT t (c, d, m, b, dt, d1, f, g, x, big) VALUES
('ab', 1.005, 1, 1, '2024-02-29T10:00:00.998', '20240229', 0.1,
 '6f9619ff-8b86-d011-b42d-00c04fc964ff', 0xAB, 9007199254740993),
(NULL, -2, $3.5, 'false', '2024-01-01', 'Jan 5 2024', 1e10, NULL, NULL, -5)
INSERT INTO t (n) SELECT N'it''s' UNION ALL SELECT 'b' + CHAR(10)
GO
SQL
	status_is 0
	is "$(sed -n '2,$p' rows/dbo.t.jsonl)" "$(cat <<'ROWS'
[3, "ab  ", "1.01", "1.0000", true, "2024-02-29T10:00:00.997", "2024-02-29", "0.1", "6F9619FF-8B86-D011-B42D-00C04FC964FF", "0xab", "none", "9007199254740993"]
[5, null, "-2.00", "3.5000", false, "2024-01-01T00:00:00.000", "2024-01-05", "10000000000", null, null, "none", -5]
[7, null, null, null, null, null, null, null, null, null, "it's", null]
[9, null, null, null, null, null, null, null, null, null, "b\u000a", null]
ROWS
)"
	is "$(head -1 rows/dbo.t.jsonl | jq -c '[.rows, (.columns | length)]')" \
		'[4,12]'
	is "$(field table .row_count)" 4
}

@test "a row that isn't constant is a finding and no partial rowset is left" {
	extract --rows rows <<'SQL'
CREATE TABLE t (a int)
GO
INSERT t VALUES (1), (ABS(-1))
GO
SQL
	is "$(field table '.findings[0].code')" '"MIG9001"'
	[ ! -e rows/dbo.t.jsonl ]
}

@test "hostile names stay inside the directory of rows" {
	extract --rows rows <<'SQL'
CREATE TABLE dbo.[../../x
y] (a int)
GO
INSERT dbo.[../../x
y] VALUES (1)
GO
SQL
	is "$(find . -name '*.jsonl' -path '*rows*')" ./rows/dbo._._.._x_y.jsonl
}

@test "the same script in UTF-16LE gives the same records" {
	printf "CREATE TABLE dbo.[K\xc3\xb6ln] (a int)\r\nGO\r\n" >a.sql
	{ printf '\xff\xfe'; iconv -f utf-8 -t utf-16le a.sql; } >b.sql
	mssql-extract a.sql | sed 's/a\.sql/x/g' >a.jsonl
	mssql-extract b.sql | sed 's/b\.sql/x/g' >b.jsonl
	cmp a.jsonl b.jsonl
	[ "$(wc -l <a.jsonl)" -eq 2 ]
}

@test "every encoding of the tools gives the same columns" {
	printf 'CREATE TABLE dbo.T ([K\xc3\xb6ln] int)\n' >u8.sql
	iconv -f utf-8 -t utf-16le u8.sql >le.sql
	iconv -f utf-8 -t utf-16be u8.sql >be.sql
	iconv -f utf-8 -t cp1252 u8.sql >ansi.sql
	{ printf '\xfe\xff'; cat be.sql; } >be-mark.sql
	{ printf '\xef\xbb\xbf'; cat u8.sql; } >u8-mark.sql
	for f in u8 le be ansi be-mark u8-mark; do
		mssql-extract --ddl $f.sql >$f.jsonl
		is "$(jq -r 'select(.id) | .columns[0].name' $f.jsonl)" Köln
	done
}

@test "half a pair of UTF-16 is replaced, and said with its file" {
	{
		printf '\xff\xfe'
		printf 'CREATE TABLE dbo.T ([a' | iconv -f utf-8 -t utf-16le
		printf '\x00\xd8'
		printf '] int)' | iconv -f utf-8 -t utf-16le
	} >a.sql
	run mssql-extract --ddl a.sql
	has "a.sql:1: warning: the text is not valid UTF-16LE"
	has '"name":"a�"'
}

@test "a directory is every script below it, in order, without links" {
	mkdir -p d/10_b/sub d/.git d/empty
	echo 'CREATE TABLE a (x int)' >d/20.SQL
	echo 'ALTER TABLE a ADD y int' >d/3.sql
	echo 'ALTER TABLE a ADD z int' >d/10_b/sub/1.sql
	echo 'ALTER TABLE a ADD w int' >d/10_b/z.sql
	echo 'CREATE TABLE no (x int)' | tee d/.git/x.sql d/.x.sql d/x.sqlx >no.sql
	ln -s ../no.sql d/link.sql
	ln -s .. d/up
	mssql-extract --ddl d/ >out.jsonl
	is "$(jq -r 'select(.kind == "table") | .id, .columns[].name' out.jsonl |
		paste -sd' ')" 'dbo.a x y w z'
	is "$(jq -r 'select(.kind == "database").files | join(" ")' out.jsonl)" \
		'd/20.SQL d/3.sql d/10_b/z.sql d/10_b/sub/1.sql'
	echo 'CREATE TABLE b (x int)' >b.sql
	is "$(mssql-extract b.sql d | jq -r .id | paste -sd' ')" 'null dbo.b dbo.a'
	run mssql-extract --ddl d/empty
	status_is 2
	has 'd/empty: there is no .sql file in it'
}

@test ":r reaches what is in the directory that is given" {
	mkdir -p d/views d/parts
	echo ':r ../parts/v.inc' >d/views/v.sql
	echo 'CREATE VIEW v AS SELECT 1 AS a' >d/parts/v.inc
	mssql-extract --sqlcmd d >out.jsonl
	is "$(jq -r 'select(.id).definition.file' out.jsonl)" d/parts/v.inc
}

@test "filters by schema, name and kind" {
	extract --schema 'd*' --exclude '*.b' --kinds table <<'SQL'
CREATE TABLE dbo.a (x int)
CREATE TABLE dbo.b (x int)
CREATE TABLE other.a (x int)
GO
CREATE VIEW dbo.v AS SELECT 1 AS x
GO
SQL
	is "$(jq -r 'select(.id) | .id' out.jsonl)" dbo.a
}

@test "a missing file is exit status 2 with its name" {
	run mssql-extract nosuch.sql
	status_is 2
	has "nosuch.sql: No such file or directory"
}

@test "an empty script and a binary one hold no object: exit status 2" {
	: >empty.sql
	run mssql-extract empty.sql
	status_is 2
	has "no object definition found"
	head -c 3000 /dev/urandom >bin.sql
	run mssql-extract bin.sql
	status_is 2
}

@test "a script cut in a string: what stands before it is kept" {
	printf "CREATE TABLE a (x int)\nGO\nINSERT a VALUES ('cut" >in.sql
	run mssql-extract in.sql
	status_is 1
	has '"id":"dbo.a"'
}

@test "a full disk is noticed" {
	printf 'CREATE TABLE a (x int)\n' >in.sql
	run bash -c 'mssql-extract in.sql >/dev/full'
	status_is 2
}

@test "no source: exit status 2 and what to do" {
	run mssql-extract
	status_is 2
	has "--ddl FILE"
}

@test "dependencies are parsed, with the kind of access and the columns" {
	extract <<'SQL'
CREATE TABLE dbo.a (id int PRIMARY KEY, v int)
CREATE TABLE dbo.b (id int REFERENCES dbo.a (id))
GO
CREATE VIEW dbo.v AS SELECT v FROM a WHERE id > 1
GO
CREATE PROCEDURE dbo.p AS
UPDATE a SET v = 1
DELETE b
EXEC ('TRUNCATE TABLE dbo.b')
GO
SQL
	status_is 0
	is "$(field dependency '[.source, .target, .type, .found]')" "$(cat <<'DEPS'
["dbo.b","dbo.a","foreign_key","parsed"]
["dbo.v","dbo.a","select","parsed"]
["dbo.p","dbo.a","update","parsed"]
["dbo.p","dbo.b","delete","parsed"]
["dbo.p","dbo.b","truncate","parsed"]
DEPS
)"
	is "$(field dependency 'select(.source == "dbo.v") | .columns')" \
		'["id","v"]'
}

@test "a view's columns and types, a name that nothing defines" {
	extract <<'SQL'
CREATE TABLE dbo.a (id int NOT NULL, v varchar(10))
GO
CREATE VIEW dbo.v AS SELECT id, v + 'x' AS w FROM a
GO
CREATE VIEW dbo.w AS SELECT nothing FROM nowhere
GO
SQL
	is "$(field view 'select(.name == "v") | .columns')" \
		'[{"name":"id","type":"int","nullable":false},{"name":"w","type":"varchar(11)","nullable":true}]'
	is "$(field view 'select(.name == "w") | .findings[0] | [.code, .line]')" \
		'["MIG2001",5]'
}

@test "alias types of CREATE TYPE and of sp_addtype give rows their base type" {
	extract --rows rows <<'SQL'
EXEC sp_addtype code, 'char(3)', 'NOT NULL'
GO
CREATE TYPE dbo.Qty FROM smallint
GO
CREATE TABLE t (c code, q dbo.Qty)
GO
INSERT t VALUES ('ab', '7')
GO
SQL
	status_is 0
	is "$(sed 1d rows/dbo.t.jsonl)" '["ab ", 7]'
	is "$(field table '[.columns[].type]')" '["dbo.code","dbo.Qty"]'
}

@test "without --sqlcmd a :r and a :setvar are findings; others change nothing" {
	printf ':on error exit\n:out x.log\n:setvar s dbo\n:r sub/v.sql\nCREATE TABLE t (a int)\n' >main.sql
	run mssql-extract main.sql
	status_is 1
	has 'main.sql:3:1: warning: a sqlcmd directive is not followed: :setvar s dbo'
	has 'main.sql:4:1: warning: a sqlcmd directive is not followed: :r sub/v.sql'
	is "$(echo "$output" | grep -c ': warning: ')" 2
	mkdir sub
	echo 'CREATE VIEW $(s).v AS SELECT 1 AS a' >sub/v.sql
	printf '%s\nGO\n' 'CREATE TABLE $(s).t (a int)' >>sub/v.sql
	sed -i 's/CREATE TABLE/GO\n&/' main.sql
	mssql-extract --sqlcmd main.sql >/dev/null
}

@test "a script below a directory: :r from beside it, files named as they are" {
	mkdir -p db/a/b
	printf ':r a/one.sql\n' >db/main.sql
	printf 'CREATE TABLE one (x int)\nGO\n:r b\\two.sql\n:r one.sql\n' >db/a/one.sql
	printf 'CREATE TABLE two (x int)\nGO\n' >db/a/b/two.sql
	run mssql-extract --sqlcmd db/main.sql
	has '"file":"db/a/one.sql","line":1'
	has '"file":"db/a/b/two.sql","line":1'
	has 'db/a/one.sql:4:1: error: a file of :r is not read: one.sql'
}

@test "bytes that are no text name their file and line" {
	mkdir sub
	printf '\357\273\277CREATE TABLE t (\n-- \351\na int)\nGO\n:r sub/v.sql\n' >main.sql
	printf '\357\273\277--\n--\n-- \351\n' >sub/v.sql
	run mssql-extract --sqlcmd main.sql
	has 'main.sql:2: warning: the text is not valid UTF-8'
	has 'sub/v.sql:3:1: warning: the text is not valid UTF-8'
	has '"line":2,"column":0,"message":"the text is not valid UTF-8; bad bytes replaced"'
	has '"file":"main.sql"'
}

@test "--sqlcmd follows :r and variables; a definition knows its own file" {
	mkdir sub
	printf ':setvar schema sales\n:r sub/v.sql\n' >main.sql
	printf -- '-- a view\nCREATE VIEW $(schema).v AS SELECT 1 AS $(col)\nGO\n' >sub/v.sql
	mssql-extract --sqlcmd -v col=x main.sql >out.jsonl
	is "$(field view '[.id, .definition.file, .definition.line]')" \
		'["sales.v","sub/v.sql",1]'
	is "$(field view '.columns[0].name')" '"x"'
}

@test "findings of a script stand in the file that :r read" {
	mkdir sub
	printf 'CREATE TABLE dbo.t (a int)\nGO\n:r sub/b.sql\nSELEC 1 FROM\n' >main.sql
	printf 'SELECT 1\nGO\n SELECT ( FROM x\nGO\n' >sub/b.sql
	run mssql-extract --sqlcmd main.sql
	status_is 1
	has 'sub/b.sql:3:11: error: this statement could not be parsed'
	has 'main.sql:4:9: error: this statement could not be parsed'
	has '"file":"sub/b.sql"'
}

@test ":r never leaves the script's directory" {
	mkdir in
	printf 'CREATE VIEW dbo.secret AS SELECT 1 AS a\n' >out.sql
	printf ':r ../out.sql\nGO\nCREATE VIEW dbo.v AS SELECT 1 AS a\n' >in/main.sql
	run mssql-extract --sqlcmd in/main.sql
	has dbo.v
	has_not dbo.secret
}

@test "several databases: each has its record, names between them are found" {
	cat >two.sql <<-'SQL'
		CREATE DATABASE a
		GO
		USE a
		GO
		CREATE TABLE dbo.t (id int, v int)
		CREATE VIEW dbo.w AS SELECT id FROM b.dbo.u
		GO
		USE b
		GO
		CREATE TABLE dbo.t (other int)
		CREATE TABLE dbo.u (id int, q money)
		GO
		CREATE PROCEDURE dbo.p AS INSERT a..t (id, v) SELECT id, q FROM u
		GO
		CREATE TABLE a.dbo.made_from_b (x int)
		GO
	SQL
	sed -i 's/^CREATE VIEW/GO\n&/' two.sql
	mssql-extract --ddl two.sql >two.jsonl
	valid two.jsonl
	is "$(jq -r 'select(.id or .kind == "database")
		| "\(.kind) \(.database // .name) \(.id // "")"' two.jsonl)" \
		'database a 
table a dbo.t
view a dbo.w
table a dbo.made_from_b
database b 
table b dbo.t
table b dbo.u
procedure b dbo.p'
	is "$(jq -r 'select(.kind == "dependency")
		| [.source_database, .source, .type, .target, .database]
		| map(tostring) | join(" ")' two.jsonl)" \
		'a dbo.w select b.dbo.u b
b dbo.p insert a.dbo.t a
b dbo.p select dbo.u null'
	is "$(mig-lineage two.jsonl | jq -r '.sources[] as $s
		| "\(.object) \(.target).\(.column) \($s.object).\($s.column)"')" \
		'dbo.w dbo.w.id b.dbo.u.id
b.dbo.p dbo.t.id b.dbo.u.id
b.dbo.p dbo.t.v b.dbo.u.q'
}

@test "a reference to another database or server says which" {
	cat >far.sql <<-'SQL'
		USE a
		GO
		CREATE TABLE dbo.t (id int)
		CREATE SYNONYM dbo.s FOR other.x.y
		GO
		CREATE PROCEDURE dbo.p AS
		SELECT * FROM other.dbo.q
		SELECT * FROM a.dbo.t
		SELECT * FROM srv.other..r
		SELECT * FROM s
		EXEC('INSERT other.dbo.z SELECT id FROM t')
		GO
	SQL
	mssql-extract --ddl far.sql >far.jsonl
	valid far.jsonl
	is "$(jq -r 'select(.kind == "procedure").dependencies[]
		| "\(.type) \(.target) \(.server) \(.database)"' far.jsonl)" \
		'select other.dbo.q null other
select dbo.t null null
select srv.other.dbo.r srv other
reference dbo.s null null
select other.x.y null other
insert other.dbo.z null other'
}

@test "a text that is executed in another database is resolved there" {
	cat >use.sql <<-'SQL'
		USE a
		GO
		CREATE TABLE dbo.t (id int, v int)
		CREATE TABLE dbo.w (x int)
		GO
		USE b
		GO
		CREATE TABLE dbo.t (other int)
		GO
		CREATE FUNCTION dbo.f() RETURNS int AS
		BEGIN RETURN (SELECT MAX(other) FROM t) END
		GO
		CREATE PROCEDURE dbo.p AS
		EXEC('USE a; SELECT v FROM dbo.t')
		EXEC a.sys.sp_executesql N'INSERT dbo.w SELECT id FROM t'
		EXEC('USE c; DELETE dbo.gone')
		SELECT other FROM dbo.t
		DELETE nowhere
		GO
		CREATE PROCEDURE a.dbo.q AS SELECT b.dbo.f() AS m
		GO
	SQL
	mssql-extract --ddl use.sql >use.jsonl
	is "$(jq -r 'select(.kind == "procedure") | .name as $p
		| .dependencies[] | "\($p) \(.type) \(.target) \(.database)
		\(.columns)" | gsub("\\s+"; " ")' use.jsonl)" \
		'q call b.dbo.f b null
p select dbo.t null ["other"]
p delete dbo.nowhere null null
p select a.dbo.t a ["id","v"]
p insert a.dbo.w a ["x"]
p delete c.dbo.gone c null'
	is "$(mig-lineage use.jsonl | jq -r 'select(.column)
		| "\(.target).\(.column) \(.sources[0].object)"')" \
		'dbo.q.m b.dbo.t
b.dbo.f.@RETURN_VALUE b.dbo.t
b.dbo.p.v dbo.t
dbo.w.x dbo.t
b.dbo.p.other b.dbo.t'
}

@test "a view's column has the collation that its expression gives it" {
	cat >coll.sql <<-'SQL'
		CREATE TABLE dbo.t (a varchar(5) COLLATE Latin1_General_CS_AS,
			b varchar(5))
		GO
		CREATE VIEW dbo.v AS SELECT a + 'x' AS x, b,
			UPPER(b COLLATE Greek_BIN) AS g FROM dbo.t
		GO
	SQL
	is "$(mssql-extract --ddl coll.sql | jq -r 'select(.kind == "view")
		| .columns[] | "\(.name) \(.collation)"')" \
		'x Latin1_General_CS_AS
b null
g Greek_BIN'
}

@test "sp_rename and ALTER SCHEMA TRANSFER: what refers by id follows" {
	cat >old.sql <<-'SQL'
		CREATE TABLE dbo.old (id int CONSTRAINT pk PRIMARY KEY, a int)
		GO
		CREATE TABLE dbo.child (id int CONSTRAINT fk REFERENCES dbo.old (id))
		GO
		CREATE TRIGGER dbo.tr ON dbo.old AFTER INSERT AS SELECT 1
		GO
		EXEC sp_rename 'dbo.old', 'new name'
		GO
		EXEC sys.sp_rename @objname = N'[dbo].[new name].id',
		    @newname = N'key', @objtype = N'COLUMN'
		GO
		EXEC sp_rename 'pk', 'pk_new'
		GO
		ALTER SCHEMA arch TRANSFER OBJECT::dbo.[new name];
		GO
		EXEC sp_rename 'dbo.nothing', 'x'
		GO
	SQL
	run mssql-extract --ddl old.sql
	status_is 1
	has '16:1: warning: no object of this name is known: dbo.nothing'
	mssql-extract --ddl old.sql 2>/dev/null >old.jsonl || :
	is "$(jq -c 'select(.kind == "table") | [.id, .columns[0].name,
		.primary_key.name, .primary_key.columns[0],
		.foreign_keys[0].references,
		.foreign_keys[0].referenced_columns[0]]' old.jsonl)" \
		'["dbo.child","id",null,null,"arch.new name","key"]
["arch.new name","key","pk_new","key",null,null]'
	is "$(jq -r 'select(.kind == "trigger") | .table' old.jsonl)" \
		'arch.new name'
}

@test "a module's names without a schema are of its schema, then of dbo" {
	cat >own.sql <<-'SQL'
		CREATE TABLE sales.t (own int)
		GO
		CREATE TABLE dbo.t (id int)
		GO
		CREATE TABLE dbo.u (id int)
		GO
		CREATE VIEW sales.v AS SELECT t.*, u.id FROM t CROSS JOIN u
		GO
		CREATE PROCEDURE sales.p AS EXEC q
		GO
		CREATE PROCEDURE sales.q AS SELECT 1
		GO
		CREATE PROCEDURE dbo.r AS SELECT id FROM t
		GO
	SQL
	mssql-extract --ddl own.sql >own.jsonl
	is "$(jq -r 'select(.kind == "dependency")
		| "\(.source) \(.type) \(.target)"' own.jsonl)" \
		'sales.v select sales.t
sales.v select dbo.u
sales.p exec sales.q
dbo.r select dbo.t'
	is "$(jq -r 'select(.id == "sales.v") | [.columns[].name] | join(" ")' \
		own.jsonl)" 'own id'
}

@test "ANSI_NULLS OFF: a finding where NULL would equal NULL" {
	cat >nulls.sql <<-'SQL'
		SET ANSI_NULLS OFF
		GO
		CREATE TABLE dbo.t (a int, b int)
		GO
		CREATE PROCEDURE dbo.p @x int AS
		SELECT a FROM dbo.t WHERE a = b AND a = 1
		SELECT a FROM dbo.t WHERE a = NULL OR b <> @x
		GO
		SET ANSI_NULLS ON
		GO
		CREATE PROCEDURE dbo.q @x int AS SELECT a FROM dbo.t WHERE a = @x
		GO
	SQL
	mssql-extract --ddl nulls.sql >nulls.jsonl
	is "$(jq -r 'select(.id) | .id as $id | .findings[] |
		"\($id) \(.code) \(.line):\(.column) \(.message)"' nulls.jsonl)" \
		'dbo.p MIG2005 7:27 made with ANSI_NULLS OFF, where NULL equals NULL: a = NULL
dbo.p MIG2005 7:39 made with ANSI_NULLS OFF, where NULL equals NULL: b <> @x'
}

@test "a module that can't be parsed keeps its name and text" {
	cat >a.sql <<'SQL'
CREATE TABLE dbo.t (a int)
GO
-- why
CREATE VIEW [s x]."v" AS SELECT FROM x;
SELECT 2 FROM y WHERE (
GO
CREATE OR ALTER FUNCTION db.dbo.f() RETURNS TABLE AS RETURN SELECT FROM x
GO
ALTER PROC pp @x AS
GO
CREATE VIEW
GO
CREATE TRIGGER tr ON t AFTER
SQL
	run mssql-extract a.sql
	status_is 1
	echo "$output" | grep '^{' >out.jsonl
	valid out.jsonl
	is "$(jq -r 'select(.id) | "\(.kind) \(.id)"' out.jsonl | sort |
		paste -sd,)" \
		'function dbo.f,procedure dbo.pp,table dbo.t,trigger dbo.tr,view s x.v'
	is "$(jq -c 'select(.kind == "view").definition | [.text, .line]' \
		out.jsonl)" \
		'["-- why\nCREATE VIEW [s x].\"v\" AS SELECT FROM x;\nSELECT 2 FROM y WHERE (",3]'
	mig-assess <out.jsonl | jq -r 'select(.kind == "view") |
		.assessment.action' >action
	is "$(cat action)" manual
}

@test "an EXEC is reported once for each reason; USE in its text counts" {
	cat >a.sql <<'SQL'
CREATE PROCEDURE dbo.p @x sysname AS
EXEC('SELECT a FROM ' + @x + '.dbo.t; SELECT b FROM ' + @x + '.dbo.u');
GO
USE one;
GO
CREATE TABLE dbo.t (a int);
GO
USE two;
GO
CREATE TABLE dbo.t (a int);
GO
CREATE PROCEDURE dbo.q AS
EXEC('INSERT INTO dbo.t (a) VALUES (1); USE one; INSERT dbo.t (a) VALUES (2)');
GO
SQL
	mssql-extract a.sql >out.jsonl
	is "$(jq -r 'select(.name == "p") | .findings[] |
		"\(.code) \(.line)"' out.jsonl)" 'MIG2003 2'
	is "$(jq -r 'select(.kind == "dependency" and .source == "dbo.q") |
		.target' out.jsonl | sort | paste -sd,)" 'dbo.t,one.dbo.t'
}
