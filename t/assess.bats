#!/usr/bin/env bats
# mig-assess: findings, complexity, effort, priority, action.

load lib/helpers

# One object record with a text.
object() { # KIND ID TEXT [FIELDS]
	"$PYTHON" - "$@" <<'END'
import json, sys
kind, id, text = sys.argv[1:4]
o = {"kind": kind, "id": id, "schema": id.split(".")[0],
     "name": id.split(".", 1)[1], "row_count": None}
if text:
    o["definition"] = {"text": text, "file": "x.sql", "line": 10, "column": 1}
if len(sys.argv) > 4:
    o.update(json.loads(sys.argv[4]))
print(json.dumps(o))
END
}

assessed() { # EXPRESSION on the first record
	"$PYTHON" -c 'import json,sys
o=json.loads(open("out").readline()); a=o["assessment"]
print(eval(sys.argv[1]))' "$1"
}

@test "the records obey their schemas" {
	mig-assess "$FIXTURES/shop.jsonl" >out
	valid out
}

@test "other records pass byte for byte, and nothing is lost" {
	{
		echo '{"kind":"mystery",  "x": 1.0}'
		object view dbo.v 'create view dbo.v as select 1 as x'
	} | mig-assess >out
	is "$(head -n 1 out)" '{"kind":"mystery",  "x": 1.0}'
	is "$(wc -l <out)" 3
}

@test "a cursor is found with its place and asks to be rewritten" {
	object procedure dbo.p 'create procedure dbo.p as
declare c cursor for select a from t' | mig-assess >out
	is "$(assessed '(a["action"], a["findings"][0]["code"],
		a["findings"][0]["line"], a["findings"][0]["column"])')" \
		"('rewrite', 'MIG4001', 11, 1)"
}

@test "patterns of procedures" {
	while IFS='|' read -r pattern text; do
		object procedure dbo.p "create procedure dbo.p as $text" |
			mig-assess >out
		is "$(assessed 'a["pattern"]')" "$pattern" "$text"
	done <<'END'
truncate_insert|truncate table a; insert into a select x from b
truncate_insert|delete from a; insert a (x) select x from b
insert_update|delete a; insert into a select x from b; update a set x = 1 where x is null
select_into|select x into dbo.n from b
temp_table_chain|select x into #t from b; insert into a select x from #t
table_variable|declare @t table (x int); insert @t select x from b; insert a select x from @t
append|insert into a (x) select x from b where not exists (select 1 from a)
delete_insert|delete from a where d = @d; insert into a select x from b
upsert|update t set x = s.x from a t join b s on s.k = t.k; insert a select x from b
merge|merge a using b on a.k = b.k when matched then update set x = b.x;
scd2|update d set EffectiveTo = @d from a d join b on b.k = d.k; insert a select * from b
update|update a set x = b.x from b where a.k = b.k
delete|delete a from a join b on a.k = b.k
cursor|declare c cursor for select x from b; open c
loop|while @i < 3 begin insert into a select x from b; set @i = @i + 1 end
dynamic|exec (@sql)
exec_only|exec dbo.a; exec dbo.b
result_set|select x from b
none|set nocount on
END
}

@test "a view without its text is for a person" {
	object view dbo.v '' | mig-assess >out
	is "$(assessed '(a["action"], a["findings"][0]["code"])')" \
		"('manual', 'MIG4021')"
}

@test "what nobody uses is proposed for retirement, with the reason" {
	object view dbo.v 'create view dbo.v as select 1 as x' \
		'{"usage":{"executions":0}}' | mig-assess >out
	is "$(assessed '(a["action"], a["reason"])')" \
		"('deprecate', 'the server has seen no use of it')"
}

@test "what most others use comes first" {
	mig-assess "$FIXTURES/shop.jsonl" >out
	is "$("$PYTHON" -c 'import json
print([o["id"] for o in map(json.loads, open("out"))
       if o.get("assessment", {}).get("priority") == 1])')" \
		"['sales.Customer']"
}

@test "a site's rules add to the built-in ones and decide last" {
	cat >site.json <<'END'
{"hours":{"view":5,"factor":2},
 "rules":[{"code":"SITE01","when":{"schema":"d*","text":"select +1"},
   "message":"scratch","action":"leave","severity":"info"}]}
END
	object view dbo.v 'create view dbo.v as select 1 as x' |
		mig-assess --rules site.json >out
	is "$(assessed '(a["action"], a["findings"][-1]["code"])')" \
		"('leave', 'SITE01')"
}

@test "a rules file that is no JSON is said, with the place" {
	printf '{"rules":[\n {"code":1,}x]}' >r
	run mig-assess --rules r </dev/null
	status_is 2
	has 'r:2:13: error: '
	printf '{"rules":[]} x' >r
	run mig-assess --rules r </dev/null
	status_is 2
	has 'r:1:14: error: the file must be one JSON object'
}

@test "a mistake in a rules file is said" {
	echo '{"rules":[{"code":"S","message":"m","when":{"feature":"nope"}}]}' >r
	run mig-assess --rules r </dev/null
	status_is 2
	has 'r: rule 1: when names a feature that is not known'
	run mig-assess --rules absent </dev/null
	status_is 2
	has 'absent: No such file'
}

@test "empty input is no error and gives nothing" {
	run mig-assess </dev/null
	status_is 0
	is "$output" ""
}

@test "bad lines are reported with their place and the rest goes on" {
	run mig-assess < <(printf 'junk\n\0\1\2\n[1]\n'
		object view dbo.v 'create view dbo.v as select 1 as x'
		printf '{"kind":"view","id":"a.b')
	status_is 1
	has 'mig-assess: <stdin>:1:1: error:'
	has 'mig-assess: <stdin>:3:'
	has '<stdin>:5:'
	has 'cut short'
	has '"id":"dbo.v"'
}

@test "a full disk and a closed pipe are noticed" {
	run sh -c 'mig-assess "$1" >/dev/full' sh "$FIXTURES/shop.jsonl"
	status_is 2
	has 'No space left'
	run sh -c '{ mig-assess "$1"; echo "$?" >status; } | true' sh \
		"$FIXTURES/shop.jsonl"
	[ -s status ]
}

@test "a procedure of 50 MB on one line is read in flat memory" {
	"$PYTHON" - >in <<'END'
import json
row = "insert into dbo.a (x) values (1); "
text = "create procedure dbo.p as " + row * (50 * 1024 * 1024 // len(row))
print(json.dumps({"kind": "procedure", "id": "dbo.p", "schema": "dbo",
    "name": "p", "row_count": None,
    "definition": {"text": text, "line": 1, "column": 1}}))
END
	start=$SECONDS
	mig-assess in >out
	is "$(assessed 'a["complexity"]["factors"]["inserts"] > 1000000')" True
	took_at_most 60
}
