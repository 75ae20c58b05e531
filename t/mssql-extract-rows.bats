#!/usr/bin/env bats
# mssql-extract --server --rows: values exactly, samples, limits, memory.

bats_require_minimum_version 1.5.0
load lib/helpers
load lib/tds

# table NAME COLUMNS-JSON, rows as JSON arrays on stdin: one table of one
# database; KEY is its primary key's column
table() {
	mkdir -p fx/rows
	jq -nc --arg n "$1" --argjson c "$2" --arg k "${KEY-}" '{kind:"table",
		id:("dbo."+$n),schema:"dbo",name:$n,columns:$c} + if $k == ""
		then {} else {primary_key:{name:"pk",columns:[$k]}} end' \
		>>fx/x.jsonl
	{
		jq -nc --arg n "$1" --argjson c "$2" \
			'{kind:"rowset",object:("dbo."+$n),columns:$c}'
		cat
	} >"fx/rows/$1.jsonl"
	database '{"databases":[{"name":"x","records":["x.jsonl"],
		"rows":["rows"]}]}'
}

# column TYPE VALUE EXPECTED: what a column of that type reads as
column() {
	local n
	n=$((${n_columns:-0} + 1))
	n_columns=$n
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>columns.tsv
}

@test "every type arrives exactly" {
	column tinyint 255 255
	column smallint -32768 -32768
	column int -2147483648 -2147483648
	column bigint 9007199254740992 9007199254740992
	column bigint '"9223372036854775807"' '"9223372036854775807"'
	column bigint '"-9223372036854775808"' '"-9223372036854775808"'
	column bit 1 true
	column bit 0 false
	column 'decimal(38,0)' '"99999999999999999999999999999999999999"' \
		'"99999999999999999999999999999999999999"'
	column 'decimal(38,38)' '"-0.12345678901234567890123456789012345678"' \
		'"-0.12345678901234567890123456789012345678"'
	column 'decimal(9,2)' '"0.05"' '"0.05"'
	column 'decimal(19,4)' '"-0.0001"' '"-0.0001"'
	column money '"922337203685477.5807"' '"922337203685477.5807"'
	column money '"-0.0001"' '"-0.0001"'
	column smallmoney '"-214748.3648"' '"-214748.3648"'
	column float 0.1 '"0.1"'
	column float 1.7976931348623157e308 '"1.7976931348623157e+308"'
	column float -1e-300 '"-1e-300"'
	column real 0.1 '"0.1"'
	column real 16777216 '"16777216"'
	column date '"0001-01-01"' '"0001-01-01"'
	column date '"9999-12-31"' '"9999-12-31"'
	column 'time(0)' '"23:59:59"' '"23:59:59"'
	column 'time(7)' '"23:59:59.9999999"' '"23:59:59.9999999"'
	column datetime '"1753-01-01T00:00:00.003"' '"1753-01-01T00:00:00.003"'
	column datetime '"9999-12-31T23:59:59.997"' '"9999-12-31T23:59:59.997"'
	column smalldatetime '"2079-06-06T23:59:00"' '"2079-06-06T23:59:00"'
	column 'datetime2(0)' '"0001-01-01T00:00:01"' '"0001-01-01T00:00:01"'
	column 'datetime2(3)' '"2024-02-29T12:30:45.678"' \
		'"2024-02-29T12:30:45.678"'
	column 'datetime2(7)' '"9999-12-31T23:59:59.9999999"' \
		'"9999-12-31T23:59:59.9999999"'
	column 'datetimeoffset(7)' '"2024-02-29T12:30:45.1234567+05:30"' \
		'"2024-02-29T12:30:45.1234567+05:30"'
	column 'datetimeoffset(0)' '"2024-01-01T00:30:00-08:00"' \
		'"2024-01-01T00:30:00-08:00"'
	column 'datetimeoffset(7)' '"0001-01-01T00:00:00.0000001-14:00"' \
		'"0001-01-01T00:00:00.0000001-14:00"'
	column 'char(5)' '"ab"' '"ab   "'
	column 'varchar(20)' '"a\"\\\n\t€ü"' '"a\"\\\n\t€ü"'
	column 'varchar(max)' '"långt"' '"långt"'
	column 'nchar(3)' '"жу"' '"жу "'
	column 'nvarchar(20)' '"日本語 𝄞"' '"日本語 𝄞"'
	column 'nvarchar(20)' '""' '""'
	column 'nvarchar(max)' '"tail "' '"tail "'
	column text '"old text"' '"old text"'
	column ntext '"старый"' '"старый"'
	column xml '"<a b=\"1\">ü</a>"' '"<a b=\"1\">ü</a>"'
	column 'binary(4)' '"0x0102"' '"0x01020000"'
	column 'varbinary(20)' '"0x00ff"' '"0x00ff"'
	column 'varbinary(20)' '"0x"' '"0x"'
	column 'varbinary(max)' '"0xdeadbeef"' '"0xdeadbeef"'
	column image '"0x010203"' '"0x010203"'
	column timestamp '"0x00000000000007d1"' '"0x00000000000007d1"'
	column uniqueidentifier '"6F9619FF-8B86-D011-B42D-00C04FC964FF"' \
		'"6F9619FF-8B86-D011-B42D-00C04FC964FF"'
	column json '"{\"a\": [1, 2]}"' '"{\"a\": [1, 2]}"'
	column 'vector(3)' '"[1.0e+000,2.0e+000,3.0e+000]"' \
		'"[1.0e+000,2.0e+000,3.0e+000]"'
	local columns
	columns=$(jq -Rnc '[inputs | split("\t") | .[0]] | to_entries |
		map({name:("c\(.key)"),type:.value})' columns.tsv)
	{
		cut -f2 columns.tsv | jq -sc .
		cut -f2 columns.tsv | jq -sc 'map(null)'
	} | table types "$columns"
	serve_tds --version 17.0.1000.7
	live --rows rows
	status_is 0
	is "$(sed 1d rows/dbo.types.jsonl | jq -c '.[]' | head -n "$n_columns")" \
		"$(cut -f3 columns.tsv)"
	is "$(sed -n 3p rows/dbo.types.jsonl | jq -c 'unique')" '[null]'
	is "$(head -n 1 rows/dbo.types.jsonl | jq -c '[.object,.rows]')" \
		'["dbo.types",2]'
	is "$(head -n 1 rows/dbo.types.jsonl | jq -c '[.columns[].type]')" \
		"$(jq -Rnc '[inputs | split("\t") | .[0]]' columns.tsv)"
	head -n 1 rows/dbo.types.jsonl >head.jsonl
	valid head.jsonl
	only_reads
}

@test "lone surrogates are kept, in bound and in long columns" {
	table t '[{"name":"id","type":"int"},{"name":"s",
		"type":"nvarchar(10)"},{"name":"l","type":"nvarchar(max)"}]' \
		</dev/null
	answer a '{"match":"from \\[dbo\\]","columns":[["id","int"],
		["s","nvarchar(10)"],["l","nvarchar(max)"]],
		"rows":[[1,"a\ud800b","\udc00"]]}'
	serve_tds
	live --rows rows
	status_is 0
	is "$(sed 1d rows/dbo.t.jsonl)" '[1,"a\ud800b","\udc00"]'
}

@test "sql_variant and CLR types are asked for as text" {
	table t '[{"name":"v","type":"sql_variant"},
		{"name":"g","type":"geography"},{"name":"h","type":"hierarchyid"}]' \
		</dev/null
	answer rows '{"match":"from \\[dbo\\]","columns":[["v","nvarchar(4000)"],
		["g","nvarchar(max)"],["h","nvarchar(4000)"]],
		"rows":[["varbinary:0x01FF","POINT (1 2)","/1/2/"],
		["float: 1.0000000000000001e-001",null,null],
		["real: 1.00000001e-001",null,null],
		["money: 1.2500",null,null],["decimal:-0.05",null,null],
		["datetime2:2024-01-02 03:04:05.1234567",null,null],
		["datetimeoffset:2024-01-02 03:04:05 +05:30",null,null],
		["time:12:34:56",null,null],["varchar:a:b ",null,null],
		["nvarchar:",null,null],[null,null,null]]}'
	serve_tds
	live --rows rows
	status_is 0
	is "$(sed 1d rows/dbo.t.jsonl | jq -c '.[0]' | paste -sd' ')" \
		'"0x01ff" "0.1" "0.1" "1.2500" "-0.05" "2024-01-02T03:04:05.1234567" "2024-01-02T03:04:05+05:30" "12:34:56" "a:b " "" null'
	is "$(sed -n 2p rows/dbo.t.jsonl)" '["0x01ff","POINT (1 2)","/1/2/"]'
	sent | grep -q '\[g\].ToString() AS \[g\]'
	sent | grep -q "SQL_VARIANT_PROPERTY(\[v\], 'BaseType')"
}

@test "where a method of a CLR type is not known, its bytes" {
	table t '[{"name":"g","type":"geometry"}]' </dev/null
	answer a '{"match":"tostring\\(\\)","error":{"number":6506,
		"message":"could not find method"}}'
	answer b '{"match":"from \\[dbo\\]","columns":[["g","geometry"]],
		"rows":[["0x00000000010c"]]}'
	serve_tds
	live --rows rows
	status_is 0
	is "$(sed 1d rows/dbo.t.jsonl)" '["0x00000000010c"]'
}

@test "procedures: what they fill as it stands, what they return, else why" {
	mkdir -p fx/rows
	cat >fx/x.jsonl <<'END'
{"kind":"table","id":"dw.Sum","schema":"dw","name":"Sum","columns":[{"name":"a","type":"int"}]}
{"kind":"table","id":"dbo.t","schema":"dbo","name":"t","columns":[{"name":"a","type":"int"}]}
{"kind":"procedure","id":"dw.load","schema":"dw","name":"load","definition":{"text":"CREATE PROCEDURE dw.load AS BEGIN DELETE dw.Sum; INSERT dw.Sum SELECT a FROM dbo.t; END"}}
{"kind":"procedure","id":"dbo.list","schema":"dbo","name":"list","definition":{"text":"CREATE PROCEDURE dbo.list @n int = 2, @m varchar(3) = 'x' AS SET NOCOUNT ON;\nSELECT a, '@n' AS b FROM dbo.t WHERE a > @N AND @m = 'x';"}}
{"kind":"procedure","id":"dbo.two","schema":"dbo","name":"two","definition":{"text":"CREATE PROCEDURE dbo.two AS SELECT 1; SELECT 2;"}}
{"kind":"procedure","id":"dbo.need","schema":"dbo","name":"need","definition":{"text":"CREATE PROCEDURE dbo.need @k int AS SELECT @k AS k"}}
{"kind":"procedure","id":"dbo.dyn","schema":"dbo","name":"dyn","definition":{"text":"CREATE PROCEDURE dbo.dyn @s nvarchar(50) AS EXEC (@s)"}}
{"kind":"procedure","id":"dbo.far","schema":"dbo","name":"far","definition":{"text":"CREATE PROCEDURE dbo.far AS SELECT * FROM OPENQUERY(x, 'delete t') q"}}
END
	printf '%s\n' '{"kind":"rowset","object":"dw.Sum","columns":[{"name":"a","type":"int"}]}' \
		'[7]' >fx/rows/s.jsonl
	printf '%s\n' '{"kind":"rowset","object":"dbo.t","columns":[{"name":"a","type":"int"}]}' \
		'[1]' >fx/rows/t.jsonl
	database '{"databases":[{"name":"x","records":["x.jsonl"],
		"rows":["rows"]}]}'
	answer list '{"query":"SELECT a, '"'@n'"' AS b FROM dbo.t WHERE a > CAST(2 AS int) AND CAST('"'x'"' AS varchar(3)) = '"'x'"'",
		"columns":[["a","int"],["b","varchar(2)"]],"rows":[[3,"@n"]]}'
	serve_tds
	live --rows rows --kinds procedure
	status_is 0
	is "$(ls rows)" $'dbo.list.jsonl\ndw.load.run1.dw.Sum.jsonl'
	is "$(sed 1d rows/dbo.list.jsonl)" '[3,"@n"]'
	is "$(head -n 1 rows/dbo.list.jsonl | jq -c '[.object,.procedure,.columns[].type]')" \
		'["dbo.list","dbo.list","int","varchar(2)"]'
	is "$(sed 1d rows/dw.load.run1.dw.Sum.jsonl)" '[7]'
	is "$(head -n 1 rows/dw.load.run1.dw.Sum.jsonl | jq -c '[.object,.procedure,.as_found]')" \
		'["dw.Sum","dw.load",true]'
	head -qn 1 rows/*.jsonl >head.jsonl
	valid head.jsonl
	is "$(field procedure '[.id, (.findings[] | select(.code == "MIG7009") | .message | sub(".*: "; ""))] | select(.[1])')" \
		'["dbo.two","it returns several results"]
["dbo.need","@k has no constant default"]
["dbo.dyn","it is not one SELECT alone"]
["dbo.far","a statement that is not a SELECT"]'
	only_reads
}

# numbers N: a table of N rows with a key
numbers() {
	seq "$1" | jq -c '[., "row \(.)"]' | KEY=id table t \
		'[{"name":"id","type":"int","nullable":false},
		{"name":"s","type":"nvarchar(20)"}]'
}

@test "--limit takes the first rows by key" {
	numbers 50
	serve_tds
	live --rows rows --limit 3
	is "$(sed 1d rows/dbo.t.jsonl | paste -sd' ')" \
		'[1,"row 1"] [2,"row 2"] [3,"row 3"]'
	sent | grep -q 'TOP (3) .* ORDER BY \[id\]'
}

@test "--sample takes the rows whose key's hash is small, always the same" {
	numbers 2000
	serve_tds
	live --rows rows --sample 10
	status_is 0
	python3 - >expected <<'END'
import hashlib, json
for i in range(1, 2001):
    h = hashlib.sha256(b"[%d]" % i).hexdigest()[:8]
    if int(h, 16) < 0.10 * 2 ** 32:
        print(json.dumps([i, "row %d" % i], separators=(",", ":")))
END
	is "$(sed 1d rows/dbo.t.jsonl)" "$(cat expected)"
	is "$(head -n 1 rows/dbo.t.jsonl | jq -c .sampling)" \
		'{"method":"key_hash","percent":10,"key":["id"]}'
	live --rows rows --sample 10 --limit 5
	is "$(sed 1d rows/dbo.t.jsonl)" "$(head -n 5 expected)"
	live --rows rows --sample 101
	status_is 2
}

@test "--where goes to the server, and nothing but a condition" {
	numbers 20
	serve_tds
	live --rows rows --where 'id > 18'
	status_is 0
	is "$(sed 1d rows/dbo.t.jsonl | paste -sd' ')" \
		'[19,"row 19"] [20,"row 20"]'
	local evil
	for evil in '1=1); DROP TABLE dbo.t; --' '1=1) EXEC sp_who --' \
		"1=1); UPDATE dbo.t SET s='x" '1=1) WAITFOR DELAY 1 --'; do
		: >tds.log
		live --rows rows --where "$evil"
		status_is 1
		is "$(sent | grep -c 'FROM \[dbo\]')" 0 "$evil"
		said "was not sent"
	done
}

@test "a value over the limit of memory is refused, the others stay" {
	table big '[{"name":"s","type":"nvarchar(max)"}]' \
		< <(python3 -c 'print("[\"" + "x" * 600000 + "\"]")')
	numbers 3
	serve_tds
	live --rows rows --memory 4000000
	status_is 1
	said "over the limit"
	[ ! -e rows/dbo.big.jsonl ]
	is "$(sed 1d rows/dbo.t.jsonl | wc -l)" 3
	live --rows rows
	status_is 0
	is "$(sed 1d rows/dbo.big.jsonl | jq -r '.[0] | length')" 600000
}

@test "a table that may not be read is told, the others are read" {
	numbers 3
	KEY='' table secret '[{"name":"a","type":"int"}]' </dev/null
	answer no '{"match":"\\[secret\\]","error":{"number":229,"class":14,
		"message":"The SELECT permission was denied"}}'
	serve_tds
	live --rows rows
	status_is 1
	said "dbo.secret: The SELECT permission was denied"
	is "$(ls rows)" dbo.t.jsonl
}

@test "a connection that is killed in the middle of rows: read again" {
	numbers 300
	answer kill '{"match":"from \\[dbo\\]","times":1,"fault":"drop",
		"columns":[["id","int"],["s","nvarchar(20)"]],
		"rows":[[1,"a"],[2,"b"],[3,"c"]],"after_rows":2}'
	serve_tds
	live --rows rows
	status_is 0
	said "trying again"
	is "$(sed 1d rows/dbo.t.jsonl | wc -l)" 300
	is "$(ls rows)" dbo.t.jsonl
}

# The driver polls on and on when the server ended TLS before it went.
@test "a connection under TLS that is killed in the middle of rows: no wait" {
	numbers 300
	certificates
	answer kill '{"match":"from \\[dbo\\]","times":1,"fault":"goodbye",
		"columns":[["id","int"],["s","nvarchar(20)"]],
		"rows":[[1,"a"],[2,"b"],[3,"c"]],"after_rows":2}'
	serve_tds --tls server.pem server.key
	SECONDS=0
	live --encrypt require --trust-server-certificate --rows rows
	[ "$SECONDS" -lt 15 ] || fail "it took $SECONDS seconds"
	status_is 0
	said "trying again"
	is "$(sed 1d rows/dbo.t.jsonl | wc -l)" 300
	is "$(ls rows)" dbo.t.jsonl
	# without a deadline too
	serve_tds --tls server.pem server.key
	SECONDS=0
	live --encrypt require --trust-server-certificate --rows rows \
		--query-timeout 0
	[ "$SECONDS" -lt 15 ] || fail "it took $SECONDS seconds"
	status_is 0
	said "trying again"
}

@test "200,000 rows in flat memory" {
	serve_tds --synthetic 0 --rows 200000
	run --separate-stderr bash -c "ulimit -v 400000; mssql-extract \
		--server $SERVER --encrypt off --rows rows --memory 8000000"
	[ -z "${MIG_SAN-}" ] || skip "the sanitizers need the address space"
	status_is 0
	is "$(head -n 1 rows/bench.wide.jsonl | jq .rows)" 200000
	is "$(wc -l <rows/bench.wide.jsonl)" 200001
}

@test "a killed run leaves no file that looks whole" {
	serve_tds --synthetic 0 --rows 200000
	mssql-extract --server "$SERVER" --encrypt off --rows rows >/dev/null &
	local pid=$!
	for _ in $(seq 100); do
		compgen -G 'rows/*' >/dev/null && break
		sleep 0.02
	done
	kill "$pid"
	wait "$pid" || true
	[ ! -e rows/bench.wide.jsonl ]
}

@test "code page characters that the client can't convert are asked again" {
	table t '[{"name":"s","type":"varchar(10)"}]' </dev/null
	answer a '{"match":"cast\\(\\[s\\] as nvarchar","columns":[["s",
		"nvarchar(10)"]],"rows":[["a\u0081b"]]}'
	answer b '{"match":"select \\[s\\] from","columns":[["s","varchar(10)"]],
		"rows":[[{"hex":"618162"}]]}'
	serve_tds
	live --rows rows
	status_is 0
	is "$(sed 1d rows/dbo.t.jsonl)" $'["a\u0081b"]'
}
