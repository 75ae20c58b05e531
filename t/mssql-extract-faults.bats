#!/usr/bin/env bats
# mssql-extract --server: answers that end in the middle, errors that pass.

bats_require_minimum_version 1.5.0
load lib/helpers
load lib/tds

# A table with a value of each kind of token, and a view.
prepare() {
	mkdir -p fx/rows
	cat >fx/x.jsonl <<'END'
{"kind":"table","id":"dbo.t","schema":"dbo","name":"t","columns":[{"name":"a","type":"int","nullable":false},{"name":"s","type":"nvarchar(20)"},{"name":"m","type":"varchar(max)"},{"name":"d","type":"decimal(9,2)"},{"name":"w","type":"datetime2(3)"},{"name":"b","type":"varbinary(max)"}],"primary_key":{"name":"pk","columns":["a"]}}
{"kind":"view","id":"dbo.v","schema":"dbo","name":"v","columns":[{"name":"a","type":"int"}],"definition":{"text":"CREATE VIEW dbo.v AS SELECT a FROM dbo.t"}}
END
	cat >fx/rows/t.jsonl <<'END'
{"kind":"rowset","object":"dbo.t","columns":[{"name":"a","type":"int"},{"name":"s","type":"nvarchar(20)"},{"name":"m","type":"varchar(max)"},{"name":"d","type":"decimal(9,2)"},{"name":"w","type":"datetime2(3)"},{"name":"b","type":"varbinary(max)"}]}
[1,"жук","long text","12.34","2024-01-31T12:30:00.123","0x0102"]
[2,null,null,null,null,null]
END
	database '{"databases":[{"name":"x","records":["x.jsonl"],
		"rows":["rows"]}]}'
}

# cut_each STATEMENT FROM STEP OPTION...: ends the answer to the statement that
# matches after FROM, FROM+STEP ... bytes, until it is whole. Each run before
# that fails, says why, and writes nothing that could be taken for a result.
cut_each() {
	local match=$1 from=$2 step=$3
	shift 3
	answer cut '{"match":"'"$match"'","cut":'"$from"',"step":'"$step"'}'
	serve_tds
	CUTS=0
	while :; do
		rm -rf rows out err
		status=0
		mssql-extract --server "$SERVER" --encrypt off --retries 0 \
			--query-timeout 5 "$@" >out 2>err || status=$?
		[ "$status" -ne 0 ] || break
		CUTS=$((CUTS + 1))
		[ "$CUTS" -lt 3000 ] || fail "it never ends"
		grep -q ': error: ' err || fail "cut $CUTS: no word why" \
			"$(cat err)"
		is "$(find rows -type f 2>/dev/null)" "" "cut $CUTS"
		# the catalogue was whole when its rows were asked for
		[[ $* == *--rows* ]] || is "$(wc -c <out)" 0 "cut $CUTS"
	done
	[ "$CUTS" -gt 3 ] || fail "cut $CUTS times only"
}

@test "rows that end at any byte are an error, never a shorter table" {
	cut_each 'from \\[dbo\\].\\[t\\]' 0 1 --include dbo.t --rows rows
	is "$(sed 1d rows/dbo.t.jsonl | wc -l)" 2
}

@test "a catalogue that ends in the middle of a token is none" {
	cut_each 'from sys.sql_modules' 0 3
	is "$(jq -c 'select(.kind == "view").definition.text' out | wc -l)" 1
	cut_each 'from sys.columns' 0 37
	cut_each 'from sys.databases' 0 29
	cut_each '^set textsize' 0 5
}

@test "rows that end at the border of a packet are an error" {
	local off
	seq 3000 | jq -c '[., "row \(.)", "text of row \(.)", null, null, null]' \
		>>fx/rows/t.jsonl
	sed -i '2,3d' fx/rows/t.jsonl
	for off in -1 0 1; do
		cut_each 'from \\[dbo\\].\\[t\\]' $((4096 + off)) 4096 \
			--include dbo.t --rows rows
		is "$(sed 1d rows/dbo.t.jsonl | wc -l)" 3000
	done
}

# tries NUMBER MESSAGE: how often a statement is asked that answers so once,
# and what comes of it
tries() {
	rm -rf fx/answers out
	answer e '{"match":"from sys.sql_modules","times":1,"error":{
		"number":'"$1"',"class":'"${3:-16}"',"message":"'"$2"'"}}'
	serve_tds
	status=0
	mssql-extract --server "$SERVER" --encrypt off --no-parse >out 2>err ||
		status=$?
	echo "$(sent | grep -c 'FROM sys.sql_modules') $status $(
		jq -c 'select(.kind == "database").partial' out)"
}

# (t/unit/test_db.c has the numbers)
@test "errors that pass are tried again, errors that stay are not" {
	local number
	for number in 1205 40501 49918; do
		is "$(tries "$number" 'for now')" "2 0 false" "error $number"
	done
	is "$(tries 823 'the disk is gone' | cut -d' ' -f2-)" "0 true"
	is "$(grep -c 'trying again' err)" 0
}
