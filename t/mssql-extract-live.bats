#!/usr/bin/env bats
# mssql-extract --server: a live server's catalogue, through FreeTDS.

bats_require_minimum_version 1.5.0
load lib/helpers
load lib/tds

# A database of every kind of object, as the offline source reads it.
shop() {
	mkdir -p fx
	cat >fx/shop.sql <<'SQL'
CREATE TYPE dbo.Code FROM varchar(12) NOT NULL;
GO
CREATE TABLE [sales].[Customer](
	[CustomerID] [int] IDENTITY(10,5) NOT NULL,
	[Name] [nvarchar](50) NOT NULL,
	[Code] [dbo].[Code] NULL,
	[Balance] [money] NOT NULL DEFAULT ((0)),
	[Since] [datetime2](3) NULL,
	[Big] [varchar](max) NULL,
	[Ratio] [decimal](38,10) NULL,
	CONSTRAINT [PK_Customer] PRIMARY KEY ([CustomerID]),
	CONSTRAINT [UQ_Name] UNIQUE ([Name]),
	CONSTRAINT [CK_Balance] CHECK ([Balance]>=(0)));
GO
CREATE TABLE [sales].[Order Details](
	[Order ID] [int] NOT NULL,
	[Line] [tinyint] NOT NULL,
	[CustomerID] [int] NULL,
	[Odd]]name] [nchar](3) NULL,
	CONSTRAINT [PK_OD] PRIMARY KEY ([Order ID], [Line]),
	CONSTRAINT [FK_OD] FOREIGN KEY ([CustomerID])
		REFERENCES [sales].[Customer] ([CustomerID]));
GO
CREATE INDEX IX_OD ON [sales].[Order Details] ([CustomerID]) INCLUDE ([Line]);
GO
CREATE VIEW sales.v AS SELECT [CustomerID], N'жук' AS n FROM sales.Customer;
GO
CREATE PROCEDURE sales.p @from date = '2024-01-01', @n decimal(9,2) OUTPUT AS
	DELETE FROM sales.[Order Details] WHERE [Order ID] = 1;
GO
CREATE FUNCTION sales.f(@a int) RETURNS varchar(10) AS
BEGIN RETURN CAST(@a AS varchar(10)); END
GO
CREATE SYNONYM sales.s FOR [sales].[Customer];
GO
CREATE SEQUENCE sales.seq AS bigint START WITH 5 INCREMENT BY 2;
GO
SQL
	mssql-extract --ddl fx/shop.sql --database shop >fx/shop.jsonl
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}]}'
}

@test "the records are those of the script that made the database" {
	shop
	serve_tds
	live
	status_is 0
	is "$(field database '[.name,.source,.partial]')" '["shop","live",false]'
	python3 - <<'END' || fail "records differ"
import json
def load(p):
    out = {}
    for line in open(p):
        r = json.loads(line)
        if "id" not in r:
            continue
        r.pop("findings"), r.pop("dependencies", 0), r.pop("row_count", 0)
        for k in ("unique_keys", "foreign_keys", "checks", "indexes",
                  "parameters", "columns"):
            if not r.get(k):
                r.pop(k, 0)
        if r["kind"] == "view":   # a script doesn't tell a view's columns
            r.pop("columns", 0)
        if r["kind"] == "sequence":
            r.pop("options")
        if r["kind"] not in ("view", "procedure", "function", "trigger"):
            r.pop("definition", 0)   # a script's text; a catalogue has none
        for c in r.get("checks", []):  # a catalogue puts () around it
            c["expression"] = c["expression"].strip("()")
        if r["kind"] == "type":
            r.pop("nullable", 0)
        if "definition" in r:
            r["definition"] = {k: r["definition"][k] for k in (
                "text", "quoted_identifier", "ansi_nulls")}
        out[r["kind"], r["id"]] = r
    return out
a, b = load("fx/shop.jsonl"), load("out.jsonl")
bad = a.keys() ^ b.keys()
print("only in one:", bad) if bad else 0
for k in a.keys() & b.keys():
    if a[k] != b[k]:
        bad = 1
        print(json.dumps(a[k], ensure_ascii=False), json.dumps(b[k], ensure_ascii=False), sep="\n")
raise SystemExit(bool(bad))
END
	only_reads
}

@test "few round trips, however many objects there are" {
	serve_tds --synthetic 2000 --definition-bytes 200
	live
	status_is 0
	is "$(jq -r .kind out.jsonl | sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
		" 1 database; 2333 dependency; 933 procedure; 600 table; 467 view;"
	[ "$(sent | grep -c 'SELECT$\|^SELECT')" -le 24 ]
	[ "$(jq -c 'select(.event == "batch")' tds.log | wc -l)" -le 14 ] ||
		fail "$(jq -c 'select(.event == "batch")' tds.log | wc -l) batches"
	only_reads
}

@test "filters by kind, schema, include and exclude" {
	shop
	serve_tds
	live --kinds table
	is "$(jq -r 'select(.id).id' out.jsonl | sort | paste -sd,)" \
		"sales.Customer,sales.Order Details"
	live --schema sales --exclude '*.Order*' --exclude '*.[psvf]*'
	is "$(jq -r 'select(.id).id' out.jsonl | paste -sd,)" sales.Customer
	live --include 'sales.v'
	is "$(jq -r 'select(.id).id' out.jsonl)" sales.v
}

@test "a query that the login may not ask is missing, with the GRANT" {
	shop
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}],
		"logins":{"reader":{"password":"secret","deny":[
		"sys.dm_db_partition_stats","sys.dm_exec_procedure_stats"]}}}'
	serve_tds
	live
	status_is 0
	is "$(field database .partial)" true
	is "$(field database '[.missing[].grant] | unique')" \
		'["GRANT VIEW DATABASE STATE TO [reader]","USE master; GRANT VIEW SERVER STATE TO [reader]"]'
	said "GRANT VIEW SERVER STATE TO [reader]"
	live --check
	status_is 1
	is "$(jq -r .kind out.jsonl)" database
	# Azure SQL Database has no server to grant anything on
	serve_tds --version 12.0.2000.8 --engine-edition 5
	live --check
	is "$(field database '[.missing[].grant] | unique')" \
		'["GRANT VIEW DATABASE STATE TO [reader]"]'
}

@test "rows of an alias type are of its base" {
	mkdir -p fx/rows
	cat >fx/x.sql <<-'END'
		CREATE TYPE dbo.Code FROM varchar(12) NOT NULL;
		GO
		CREATE TABLE dbo.t(c dbo.Code NOT NULL);
	END
	mssql-extract --ddl fx/x.sql --database x >fx/x.jsonl
	printf '%s\n' '{"kind":"rowset","object":"dbo.t","columns":[{"name":
		"c","type":"varchar(12)","nullable":false}],"rows":1}' |
		tr -d '\n\t' >fx/rows/t.jsonl
	printf '\n["a"]\n' >>fx/rows/t.jsonl
	database '{"databases":[{"name":"x","records":["x.jsonl"],"rows":["rows"]}]}'
	serve_tds
	live --rows rows
	status_is 0
	is "$(field table '.columns[0].type')" '"dbo.Code"'
	is "$(head -n 1 rows/dbo.t.jsonl | jq -r '.columns[0].type')" \
		'varchar(12)'
}

@test "--check tells of tables whose rows may not be read" {
	shop
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}],
		"logins":{"reader":{"password":"secret",
		"no_select_on":["[sales].[Customer]"]}}}'
	serve_tds
	live --check
	status_is 1
	is "$(field database '.missing[]')" \
		'{"permission":"SELECT","effect":"the rows of 1 tables and views can'"'"'t be read, such as those of sales.Customer","grant":"GRANT SELECT TO [reader]"}'
	live
	is "$(field database '[.partial,.missing]')" '[false,[]]'
	# to an owner an engine may say no and yet give the rows
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}],
		"logins":{"reader":{"password":"secret","owner":true,
		"no_select_on":["[sales].[Customer]"]}}}'
	serve_tds
	live --check
	status_is 0
	is "$(field database '[.partial,.missing]')" '[false,[]]'
}

@test "hidden and encrypted definitions are findings" {
	shop
	jq -c 'if .id == "sales.p" then .definition.text = null else . end' \
		fx/shop.jsonl >fx/enc.jsonl
	database '{"databases":[{"name":"shop","records":["enc.jsonl"]}]}'
	serve_tds
	live
	status_is 0
	is "$(field procedure '[.definition.text,.definition.encrypted,.findings[].code]')" \
		'[null,true,"MIG7001"]'
	is "$(field database .partial)" true
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}],
		"logins":{"reader":{"password":"secret",
		"no_view_definition":true}}}'
	serve_tds
	live
	is "$(field view '[.definition.text,.findings[].code]')" '[null,"MIG7002"]'
	is "$(field database '[.partial,.missing[0].grant]')" \
		'[true,"GRANT VIEW DEFINITION TO [reader]"]'
}

@test "every version of the server has its queries" {
	shop
	local v
	for v in 10.50.6000.34:4 11.0.7001.0:3 12.0.6024.0:3 13.0.6404.1:3 \
		14.0.3451.2:3 15.0.4261.1:3 16.0.1000.6:3 17.0.100.1:3 \
		12.0.2000.8:5 12.0.2000.8:8; do
		serve_tds --version "${v%:*}" --engine-edition "${v#*:}"
		live
		status_is 0
		is "$(field table '[.name,(.columns|length)]' | paste -sd,)" \
			'["Customer",7],["Order Details",4]' "$v"
		is "$(field database '.findings')" '[]' "findings of $v"
	done
}

@test "a dedicated pool and a Fabric warehouse are asked for less" {
	shop
	serve_tds --engine-edition 6 --version 10.0.20348.0
	live
	status_is 0
	is "$(sent | grep -c 'sys.sequences\|sys.synonyms\|sysjobs')" 0
	is "$(field database '[.findings[].message | select(test("row_counts") | not)]')" \
		'[]'
	serve_tds --engine-edition 11 --version 12.0.2000.8
	live
	status_is 0
	is "$(sent | grep -c 'sys.computed_columns\|sysjobs\|sys.triggers')" 0
	is "$(field database .findings)" '[]'
	is "$(field table .name | paste -sd,)" '"Customer","Order Details"'
}

@test "a catalogue that changes while it is read is read again" {
	shop
	answer change '{"match":"from sys.sql_modules","times":1,"touch":[
		"UPDATE \"sys.objects\" SET name = \"renamed\", modify_date = \"2030-01-01\" WHERE name = \"v\""]}'
	serve_tds
	live
	status_is 0
	is "$(field view .name)" '"renamed"'
	said "changed while it was read"
}

@test "passing errors are tried again, others are told" {
	shop
	answer deadlock '{"match":"from sys.foreign_keys","times":1,"error":{
		"number":1205,"message":"deadlock victim"}}'
	answer drop '{"match":"from sys.sql_modules","times":1,"fault":"drop"}'
	serve_tds
	live
	status_is 0
	is "$(field view .name)" '"v"'
	said "trying again"
	answer never '{"match":"from sys.sql_modules","error":{
		"number":823,"message":"the disk is gone"}}'
	serve_tds
	live
	status_is 0
	is "$(field database .partial)" true
}

@test "a login that is refused says so, without retries" {
	shop
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}],
		"logins":{"reader":{"password":"other"}}}'
	serve_tds
	live
	status_is 2
	said "Login failed for user 'reader'"
	is "$(jq -r 'select(.event == "login").event' tds.log | wc -l)" 1
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}]}'
	serve_tds
	live --database nowhere
	status_is 2
	said "CREATE USER"
	[ "$(grep -c 'trying again' err)" -eq 0 ]
}

@test "passwords with odd characters arrive, from file and environment" {
	local secret='a;b}c{d =é'"'"'"'
	shop
	database "$(jq -nc --arg p "$secret" '{databases:[{name:"shop",
		records:["shop.jsonl"]}],logins:{"o[d]d":{password:$p}}}')"
	serve_tds
	(umask 077; printf 'user=o[d]d\npassword=%s\n' "$secret" >who)
	live --credentials who --check
	status_is 0
	MSSQL_USER='o[d]d' MSSQL_PASSWORD=$secret live --check
	status_is 0
	chmod 644 who
	live --credentials who --check
	said "others may read this file"
}

@test "a password on the command line is refused" {
	run mssql-extract --connection-string 'DRIVER=x;UID=a;PWD=b'
	status_is 2
	has "does not belong on the command line"
}

@test "no answer: the login's deadline holds" {
	local fault
	for fault in hang drop garbage; do
		serve_tds --login-fault $fault
		SECONDS=0
		live --login-timeout 2 --retries 0
		status_is 2
		[ "$SECONDS" -le 8 ] || fail "$fault took $SECONDS seconds"
	done
}

@test "no answer to a query: the deadline holds, trickle or not" {
	shop
	local fault
	for fault in hang slow; do
		answer stuck '{"match":"from sys.sql_modules","fault":"'$fault'"}'
		serve_tds --ignore-attention
		SECONDS=0
		live --query-timeout 2 --retries 0
		status_is 2
		said "no answer within 2 seconds"
		[ "$SECONDS" -le 10 ] || fail "$fault took $SECONDS seconds"
		is "$(cat out.jsonl)" ""
	done
}

@test "garbage in the middle of an answer ends the reading" {
	shop
	answer junk '{"match":"from sys.sql_modules","fault":"garbage"}'
	serve_tds
	live --retries 0 --query-timeout 5
	status_is 2
}

@test "encryption is required, and the certificate is checked" {
	shop
	certificates
	serve_tds
	run mssql-extract --server "$SERVER" --check
	status_is 2
	serve_tds --tls server.pem server.key
	SERVER=localhost,$(cat tds.port)
	run mssql-extract --server "$SERVER" --check
	status_is 2
	has ertificate
	run mssql-extract --server "$SERVER" --ca-file ca.pem --check
	status_is 0
	run mssql-extract --server "127.0.0.1,$(cat tds.port)" \
		--ca-file ca.pem --check
	status_is 2
	run mssql-extract --server "$SERVER" --trust-server-certificate --check
	status_is 0
	has "warning: the server's certificate is not checked"
	is "$(jq -r 'select(.event == "login").tls' tds.log | sort -u)" true
}

@test "strict encryption, or what it takes to have it" {
	local minor
	shop
	certificates
	serve_tds --tls server.pem server.key --tls-first
	minor=$(tsql -C | sed -n 's/.*freetds v1\.\([0-9]*\).*/\1/p')
	run mssql-extract --server "localhost,$(cat tds.port)" --ca-file ca.pem \
		--encrypt strict --check
	if [ "${minor:-0}" -ge 5 ]; then
		status_is 0
	else
		status_is 2
		has "FreeTDS 1.5 or later"
		is "$(grep -c login tds.log)" 0
		# never less than what was asked for, nor taken for it
		serve_tds
		run mssql-extract --server "$SERVER" --encrypt strict --check
		status_is 2
		is "$(grep -c login tds.log)" 0
		serve_tds --tls server.pem server.key
		run mssql-extract --server "localhost,$(cat tds.port)" \
			--ca-file ca.pem --encrypt strict --check
		status_is 2
		has "FreeTDS 1.5 or later"
		is "$(grep -c batch tds.log)" 0
	fi
	run mssql-extract --server x --encrypt strict --trust-server-certificate
	status_is 2
	has "always checks the certificate"
}

@test "read-only intent is asked for unless it shall not be" {
	shop
	serve_tds
	live --check
	live --check --no-read-only-intent
	is "$(jq -r 'select(.event == "login").read_only' tds.log | paste -sd,)" \
		"true,false"
}

@test "a connection string in place of a server" {
	shop
	serve_tds
	local driver
	driver=$(ls /usr/lib/*/odbc/libtdsodbc.so | head -n 1)
	run --separate-stderr mssql-extract --connection-string \
		"DRIVER=$driver;SERVER=127.0.0.1;PORT=$(cat tds.port);TDS_Version=7.4" \
		--check
	status_is 0
}

@test "several databases in one run; one that fails doesn't stop others" {
	shop
	cat >fx/two.jsonl <<'END'
{"kind":"view","id":"dbo.w","schema":"dbo","name":"w","columns":[{"name":"a","type":"int"}],"definition":{"text":"CREATE VIEW dbo.w AS SELECT a FROM shop.sales.Customer"},"dependencies":[{"target":"shop.sales.Customer","type":"unknown"}]}
END
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]},
		{"name":"two","records":["two.jsonl"]}]}'
	serve_tds
	live --database shop --database nowhere --database two
	status_is 2
	is "$(field database .name | paste -sd,)" '"shop","two"'
	is "$(jq -c 'select(.id == "dbo.w") | .dependencies[0] | [.target,.database]' out.jsonl)" \
		'["shop.sales.Customer","shop"]'
}

@test "Agent jobs come once, whatever the number of databases" {
	shop
	local step='{"command":"EXEC dbo.p","database":"two"}'
	printf '{"kind":"job","name":"nightly","steps":[%s]}\n' "$step" \
		>>fx/shop.jsonl
	printf '{"kind":"job","name":"nightly","steps":[%s]}\n' "$step" \
		>fx/two.jsonl
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]},
		{"name":"two","records":["two.jsonl"]}]}'
	serve_tds
	live --database shop --database two
	status_is 0
	is "$(field job '[.id,.database]')" '["nightly","shop"]'
	is "$(field dependency 'select(.source == "nightly") | .target')" \
		'"two.dbo.p"'
	cp out.jsonl before.jsonl
	live --database shop --database two --since before.jsonl
	is "$(jq -r 'select(.kind == "job")' out.jsonl)" ""
}

@test "--since: what changed, what came, what is gone" {
	shop
	serve_tds
	live
	cp out.jsonl old.jsonl
	live --since old.jsonl
	status_is 0
	is "$(jq -r .kind out.jsonl)" database
	jq -c 'if .id == "sales.v" then .definition.text += " -- new" else . end |
		if .id == "sales.s" then .name = "s2" | .id = "sales.s2"
		else . end' fx/shop.jsonl >fx/new.jsonl
	database '{"databases":[{"name":"shop","records":["new.jsonl"]}]}'
	serve_tds
	live --since old.jsonl
	is "$(jq -c 'select(.id and .kind != "dependency") | [.id,.change]' out.jsonl | sort | paste -sd' ')" \
		'["sales.s","gone"] ["sales.s2","added"] ["sales.v","changed"]'
}

@test "jobs, usage, descriptions and triggers" {
	cat >fx.jsonl <<'END'
{"kind":"table","id":"dbo.t","schema":"dbo","name":"t","description":"the table","columns":[{"name":"a","type":"int","description":"a column","default":"((1))"}],"row_count":42}
{"kind":"trigger","id":"dbo.tr","schema":"dbo","name":"tr","table":"dbo.t","events":["insert","delete"],"definition":{"text":"CREATE TRIGGER dbo.tr ON dbo.t AFTER INSERT, DELETE AS RETURN"}}
{"kind":"procedure","id":"dbo.p","schema":"dbo","name":"p","definition":{"text":"CREATE PROCEDURE dbo.p AS SELECT 1"},"usage":{"executions":7,"last_run":"2024-06-01T10:00:00"}}
{"kind":"job","name":"nightly","steps":[{"command":"EXEC dbo.p"}]}
END
	mkdir -p fx
	mv fx.jsonl fx/x.jsonl
	database '{"databases":[{"name":"x","records":["x.jsonl"]}]}'
	serve_tds
	live
	status_is 0
	is "$(field table '[.description,.columns[0].description,.columns[0].default,.row_count]')" \
		'["the table","a column","((1))",42]'
	is "$(field trigger '[.table,.events]')" '["dbo.t",["insert","delete"]]'
	is "$(field procedure '[.usage.executions,.usage.last_run]')" \
		'[7,"2024-06-01T10:00:00"]'
	is "$(field job '[.id,.steps[0].command]')" '["nightly","EXEC dbo.p"]'
}

@test "a table's last read is the last of three ways of reading" {
	mkdir -p fx
	local ways='08 09 10;10 09 08;09 10 08;- 10 08;- 08 10;- - 10;10 - 08;
		08 - 10;10 - -;08 10 -;10 10 10' seek scan lookup n=0
	while read -r seek scan lookup; do
		jq -cn --arg n "t$((n += 1))" --args '$ARGS.positional |
			map(if . == "-" then null else
				"2024-06-01T\(.):00:00" end) as $at |
			{kind: "table", id: "dbo.\($n)", schema: "dbo", name: $n,
			columns: [{name: "a", type: "int"}], usage: {reads: 1,
			last_read: $at[0], last_scan: $at[1],
			last_lookup: $at[2]}}' "$seek" "$scan" "$lookup"
	done < <(tr ';' '\n' <<<"$ways" | tr -d '\t' | sed '/^$/d') >fx/x.jsonl
	database '{"databases":[{"name":"x","records":["x.jsonl"]}]}'
	serve_tds
	live
	is "$(field table .usage.last_read | sort | uniq -c | xargs)" \
		"11 2024-06-01T10:00:00"
}

@test "usage of tables and procedures, and who calls what" {
	mkdir -p fx
	cat >fx/x.jsonl <<'END'
{"kind":"table","id":"dbo.t","schema":"dbo","name":"t","columns":[{"name":"a","type":"int"}],"usage":{"reads":12,"writes":3,"last_read":"2024-06-02T08:00:00"}}
{"kind":"procedure","id":"dbo.p","schema":"dbo","name":"p","definition":{"text":"CREATE PROCEDURE dbo.p AS SELECT 1"},"usage":{"executions":7,"last_run":"2024-06-01T10:00:00"}}
{"kind":"procedure","id":"dbo.q","schema":"dbo","name":"q","definition":{"text":"CREATE PROCEDURE dbo.q AS SELECT 1 SELECT 2"},"usage":{"executions":1,"last_run":"2024-01-01T00:00:00"},"query_store":[[40,"2024-06-03T00:00:00"],[41,"2024-06-04T00:00:00"]]}
{"kind":"procedure","id":"dbo.r","schema":"dbo","name":"r","definition":{"text":"CREATE PROCEDURE dbo.r AS SELECT 1"}}
{"kind":"job","name":"nightly","description":"every night","enabled":false,"steps":[{"name":"one","command":"EXEC dbo.p;\nDELETE dbo.t"},{"name":"two","command":"EXEC load_all","database":"other"}]}
END
	database '{"databases":[{"name":"x","records":["x.jsonl"]}],"logins":{
		"reader":{"password":"secret"},"blind":{"password":"secret","deny":[
		"sysjobs","query_store_query","dm_db_index_usage_stats",
		"dm_exec_procedure_stats"]}}}'
	serve_tds
	live
	status_is 0
	is "$(field table .usage)" \
		'{"reads":12,"writes":3,"last_read":"2024-06-02T08:00:00","since":"2024-05-01T06:00:00"}'
	is "$(field procedure '[.name,.usage.executions,.usage.last_run]' | paste -sd' ')" \
		'["p",7,"2024-06-01T10:00:00"] ["q",41,"2024-06-04T00:00:00"] ["r",null,null]'
	is "$(field job '[.id,.enabled,.description,(.steps | length)]')" \
		'["nightly",false,"every night",2]'
	is "$(field job '.dependencies[] | [.target,.type,.database]' | sort | paste -sd' ')" \
		'["dbo.p","exec",null] ["dbo.t","delete",null] ["other.dbo.load_all","exec","other"]'
	MSSQL_USER=blind live
	status_is 0
	is "$(field procedure .usage | paste -sd' ')" 'null null null'
	is "$(field job .id)" ''
	is "$(field database '[.missing[].permission] | sort | unique')" \
		'["SELECT on msdb.dbo.sysjobs and sysjobsteps","VIEW DATABASE STATE","VIEW SERVER STATE"]'
	is "$(field database .partial)" true
	MSSQL_USER=blind live --check
	status_is 1
}

# source_for PASSWORD: a server with it, $driver's data source for it
source_for() {
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}],
		"logins":{"reader":{"password":"'"$1"'"}}}'
	serve_tds
	export MSSQL_PASSWORD=$1
	printf '[shop]\nDriver=%s\nServer=127.0.0.1\nPort=%s\nTDS_Version=7.4\n' \
		"$driver" "$(cat tds.port)" >odbc.ini
}

@test "a data source and a whole connection string" {
	shop
	local driver
	driver=$(ls /usr/lib/*/odbc/libtdsodbc.so | head -n 1)
	source_for 'se;cret'
	ODBCINI=$PWD/odbc.ini run --separate-stderr mssql-extract --dsn shop \
		--database shop --check
	status_is 0
	# a brace as the data source's driver wants it, named or by its path
	source_for 'a}b{c}'
	ODBCINI=$PWD/odbc.ini run --separate-stderr mssql-extract --dsn shop \
		--database shop --check
	status_is 0
	sed 's/^Driver=.*/Driver=house/' odbc.ini >named.ini
	printf '[house]\nDescription=x\nDriver=%s\n' "$driver" >odbcinst.ini
	ODBCSYSINI=$PWD ODBCINI=$PWD/named.ini run --separate-stderr \
		mssql-extract --dsn SHOP --database shop --check
	status_is 0
	local string
	for string in 'DSN=shop' 'dsn=shop;APP=x' \
		"DRIVER={house};SERVER=127.0.0.1;PORT=$(cat tds.port)"; do
		ODBCSYSINI=$PWD ODBCINI=$PWD/named.ini run --separate-stderr \
			mssql-extract --connection-string "$string" \
			--database shop --check
		[ "$status" -eq 0 ] || fail "$string" "$stderr"
	done
	source_for 'se;cret'
	# who logs in may stand in the string, the password never
	run --separate-stderr mssql-extract --connection-string \
		"DRIVER=$driver;SERVER=127.0.0.1;PORT=$(cat tds.port);TDS_Version=7.4;DATABASE=shop" \
		--check
	status_is 0
	is "$(jq -r 'select(.event == "login") | [.user,.database] | join(",")' tds.log | sort -u)" \
		reader,shop
	local p
	for p in 'DRIVER=x;PWD=b' 'driver=x; Password = b' 'DRIVER={a;b};pwd=c'; do
		run mssql-extract --connection-string "$p"
		status_is 2
		has "does not belong on the command line"
	done
}

@test "the password shows in no output, file or process" {
	shop
	answer slow '{"match":"from sys.sql_modules","delay":2}'
	serve_tds
	export MSSQL_PASSWORD=Gans1-geheim
	mssql-extract --server "$SERVER" --encrypt off >out 2>err &
	local pid=$!
	sleep 1
	tr '\0' '\n' <"/proc/$pid/cmdline" >cmdline
	is "$(grep -c geheim cmdline)" 0
	is "$(grep -ls geheim "${TMPDIR:-/tmp}"/mig-freetds.* | wc -l)" 0
	wait "$pid"
	is "$(cat out err | grep -c geheim)" 0
}

@test "an engine that keeps sys.sequences empty: its sequences all the same" {
	mkdir -p fx
	cat >fx/x.jsonl <<'END'
{"kind":"table","id":"dbo.t","schema":"dbo","name":"t","columns":[{"name":"a","type":"int","identity":{"seed":1,"increment":1}}]}
{"kind":"sequence","id":"dbo.s","schema":"dbo","name":"s","base_type":"bigint"}
{"kind":"sequence","id":"dbo.t_a_seq","schema":"dbo","name":"t_a_seq","base_type":"int"}
END
	database '{"databases":[{"name":"x","records":["x.jsonl"]}]}'
	answer a '{"match":"sys.databases","times":1,"touch":[
		"DELETE FROM \"sys.sequences\"",
		"INSERT INTO \"information_schema.sequences\" VALUES (\"dbo\",\"s\",\"bigint\",\"7\",\"3\",\"1\",\"99\")"]}'
	serve_tds --version 12.0.2000.8
	live
	status_is 0
	is "$(field sequence '[.id,.base_type,.options.start,.options.increment]')" \
		'["dbo.s","bigint","7","3"]'
}

@test "hostile names pass as they are" {
	local name
	mkdir -p fx
	: >fx/x.jsonl
	for name in 'a]b' "a'b" 'a"b' 'a;DROP TABLE t--' '../../etc' 'жук' \
		$'new\nline' 'a.b' '%s%n' '{fn x}' 'a?b' 'q]u"o' '😀'; do
		jq -nc --arg n "$name" '{kind:"table",id:("dbo."+$n),schema:"dbo",
			name:$n,columns:[{name:$n,type:"int"}]}' >>fx/x.jsonl
	done
	mkdir fx/rows
	python3 - <<'END'
import json
for i, line in enumerate(open("fx/x.jsonl")):
    r = json.loads(line)
    with open("fx/rows/%d.jsonl" % i, "w") as f:
        f.write(json.dumps({"kind": "rowset", "object": r["id"],
                            "columns": r["columns"]}) + "\n[%d]\n" % i)
END
	database '{"databases":[{"name":"x","records":["x.jsonl"],"rows":["rows"]}]}'
	serve_tds
	live --rows rows
	status_is 0
	is "$(jq -r 'select(.kind == "table") | .name' out.jsonl | sort)" \
		"$(jq -r .name fx/x.jsonl | sort)"
	is "$(find . -name 'dbo.*.jsonl' | grep -c '^./rows/')" 13
	is "$(cat rows/*.jsonl | grep -c '^\[')" 13
	only_reads
}

@test "a full disk and a closed pipe are noticed" {
	serve_tds --synthetic 300
	run bash -c "mssql-extract --server $SERVER --encrypt off >/dev/full"
	status_is 2
	run bash -c "mssql-extract --server $SERVER --encrypt off | head -n 1"
	has '"kind":"database"'
}

@test "the server of the tests leaves nothing behind" {
	mkdir tmp
	export TMPDIR=$PWD/tmp
	shop
	serve_tds
	live
	stop_tds
	is "$(ls tmp)" ""
}

@test "tsql and bsqldb talk to the server of the tests" {
	serve_tds --synthetic 20 --rows 5
	printf '[t]\nhost=127.0.0.1\nport=%s\ntds version=7.4\n' \
		"$(cat tds.port)" >freetds.conf
	run env FREETDSCONF=freetds.conf tsql -S t -U reader -P secret \
		< <(printf 'select top 2 id, code from [bench].[wide]\ngo\n')
	status_is 0
	has 'code 1'
	printf 'select id, note from [bench].[wide]\n' >q.sql
	run env FREETDSCONF=freetds.conf bsqldb -S t -U reader -P secret -i q.sql
	status_is 0
	has 'number 4'
}

# ask_on_terminal ANSWER...: runs mssql-extract --check with a terminal of its
# own, which answers each prompt; a lone ^C interrupts. terminal is what the
# terminal showed; status, records and whether it echoes at the end.
ask_on_terminal() {
	python3 - "$SERVER" "$@" >records 2>about <<'END'
import os, pty, select, signal, subprocess, sys, termios, time
server, answers = sys.argv[1], sys.argv[2:]
master, slave = pty.openpty()
out = os.open("terminal", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
def own_terminal():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job may run without it
    os.setsid()
    os.close(os.open(os.ttyname(slave), os.O_RDWR))  # controls the session
child = subprocess.Popen(
    ["mssql-extract", "--server", server, "--encrypt", "off", "--check"],
    preexec_fn=own_terminal, stdin=subprocess.DEVNULL)
seen, cmdline = b"", b""
end = time.monotonic() + 30
while child.poll() is None:
    if time.monotonic() > end:
        child.kill()
    if not select.select([master], [], [], 0.1)[0]:
        continue
    data = os.read(master, 1000)
    os.write(out, data)
    seen += data
    if seen.rstrip().endswith(b":") and answers:
        hidden = not termios.tcgetattr(slave)[3] & termios.ECHO
        print("hidden" if hidden else "shown", file=sys.stderr)
        with open("/proc/%d/cmdline" % child.pid, "rb") as f:
            cmdline = f.read()
        answer = answers.pop(0)
        os.write(master, b"\3" if answer == "^C" else
                 answer.encode() + b"\n")
        seen = b""
while select.select([master], [], [], 0.2)[0]:
    os.write(out, os.read(master, 1000))
echoes = termios.tcgetattr(slave)[3] & termios.ECHO
print("status", child.returncode, "echo", "on" if echoes else "off",
      file=sys.stderr)
END
}

@test "user and password are asked on the terminal, the password unseen" {
	local long
	long=$(printf 'x%.0s' {1..100})
	shop
	database '{"databases":[{"name":"shop","records":["shop.jsonl"]}],
		"logins":{"reader":{"password":"Gans1 ge;heim}'"$long"'"}}}'
	serve_tds
	unset MSSQL_USER MSSQL_PASSWORD
	ask_on_terminal reader "Gans1 ge;heim}$long"
	is "$(grep -v warning about)" "shown
hidden
shop: reader sees all there is to extract (8 objects)
status 0 echo on"
	is "$(jq -r .name records)" shop
	is "$(grep -c ge.heim terminal records about)" "terminal:0
records:0
about:0"
	# only what is missing is asked for
	MSSQL_USER=reader ask_on_terminal wrong
	is "$(grep -c 'hidden\|Login failed\|status 2' about)" 3
}

@test "an interrupted prompt leaves the terminal as it was" {
	serve_tds --synthetic 3
	unset MSSQL_USER MSSQL_PASSWORD
	MSSQL_USER=reader ask_on_terminal ^C
	is "$(grep -v warning about)" "hidden
status -2 echo on"
	is "$(cat tds.log)" ""
}

@test "no terminal to ask on: what to set is said" {
	serve_tds --synthetic 3
	unset MSSQL_USER MSSQL_PASSWORD
	run setsid -w mssql-extract --server "$SERVER" --check </dev/null
	status_is 2
	has "no user: set MSSQL_USER and MSSQL_PASSWORD"
	MSSQL_USER=reader run setsid -w mssql-extract --server "$SERVER" \
		--check </dev/null
	status_is 2
	has "no password for reader: set MSSQL_PASSWORD"
	is "$(cat tds.log)" ""
}
