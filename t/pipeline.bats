#!/usr/bin/env bats
# The whole path on the demo database, and what happens to bad input.

load lib/helpers
load lib/dbt

# The demo, migrated once for all tests of this file.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	[ -x "$VENV/bin/dbt" ] && [ -z "${MIG_SAN-}" ] || return 0
	make -j2 -f "$MIG_TOP/share/demo/Makefile" MIG_BIN="$MIG_BUILD/bin" \
		>first 2>first.err || echo $? >first.status
}

demo() {
	make -j2 -f "$MIG_TOP/share/demo/Makefile" MIG_BIN="$MIG_BUILD/bin" \
		"$@"
}

exec_demo() {
	exec make -j2 -f "$MIG_TOP/share/demo/Makefile" \
		MIG_BIN="$MIG_BUILD/bin"
}

migrated() {
	[ -z "${MIG_SAN-}" ] || skip 'dbt, not the C'
	need_dbt
	cd "$BATS_FILE_TMPDIR"
}

@test "the demo ends well, with a table and a report" {
	migrated
	[ ! -e first.status ] || {
		cat first first.err >&2
		fail "make ended with $(cat first.status)"
	}
	run cat first
	has 'object '
	has 'completed'
	has 'report: report.html'
	grep -q '<svg' report.html
	valid --schema state state.json
	valid .mig/result.jsonl
}

@test "every view and procedure is completed with score 1, or manual" {
	migrated
	is "$(jq -r 'select(.kind == "model") | select(
		(.status == "completed" and .validation_score == 1 and
		.evaluation.verdict == "equal") or
		(.status == "manual" and .generated.claim == "manual" and
		(.generated.findings | length > 0)) | not) | .name' \
		.mig/result.jsonl)" ""
	[ "$(jq -r 'select(.kind == "model" and .status == "completed") |
		.name' .mig/result.jsonl | wc -l)" -ge 35 ]
}

@test "a second run does nothing" {
	migrated
	start=$SECONDS
	run demo
	status_is 0
	has_not GEN
	has_not TEST
	took_at_most 15
}

@test "dbt itself builds the generated project" {
	migrated
	cp -R shop_dbt built
	cd built
	run "$VENV/bin/dbt" build --profiles-dir . \
		--exclude "$(jq -r 'select(.status == "manual") | .name' \
			../.mig/result.jsonl | tr '\n' ' ')"
	status_is 0
	has 'ERROR=0'
}

@test "only what changed is redone, whatever moves around it" {
	migrated
	cp -a . "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	# One view gets another column name, and all behind it move by a line.
	sed 's/count(o.OrderID) as orders, max/count(o.OrderID) as n,\nmax/' \
		"$MIG_TOP/share/demo/shop.sql" >shop.sql
	run demo DDL=shop.sql
	has '  GEN     rpt_customer_activity'
	has 'TEST    wave 2: 1 models'
	has_not 'TEST    wave 1'
	has_not 'TEST    wave 3'
	# The rows are the original's, a column is not: no silent success.
	status_is 2
	grep -q 'rpt_customer_activity  *failed' <<<"$output"
}

@test "a model edited by hand is left alone" {
	migrated
	cp -a . "$BATS_TEST_TMPDIR/copy"
	cd "$BATS_TEST_TMPDIR/copy"
	echo '-- by hand' >>shop_dbt/models/marts/dw/dim_product.sql
	cp shop_dbt/models/marts/dw/dim_product.sql edited
	rm .mig/gen/dim_product.jsonl
	run demo
	cmp edited shop_dbt/models/marts/dw/dim_product.sql
}

@test "a run that is killed goes on where it was" {
	need_dbt
	exec_demo >out 2>&1 &
	pid=$!
	for _ in $(seq 600); do
		[ -e .mig/wave-1.done ] && break
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	kill -TERM $pid
	wait $pid || true
	run demo
	status_is 0
	has_not 'TEST    wave 1:'
	has 'completed'
}

@test "checkpoints: make stops until a person has decided" {
	run demo CHECKPOINTS=plan
	status_is 2
	has 'checkpoint plan:'
	mig-review -k plan -a '*' decisions.json .mig/plan.jsonl.raw >/dev/null
	run demo -n CHECKPOINTS=plan
	run mig-review -k plan --gate decisions.json .mig/plan.jsonl.raw
	status_is 0
}

@test "a script in UTF-16LE with a mark and CRLF gives the same plan" {
	sed 's/$/\r/' "$MIG_TOP/share/demo/shop.sql" |
		iconv -f UTF-8 -t UTF-16LE |
		{ printf '\377\376'; cat; } >wide.sql
	cp "$MIG_TOP/share/demo/shop.sql" plain.sql
	for f in plain wide; do
		mssql-extract --ddl $f.sql | mig-plan |
			jq -c 'select(.kind == "model" or .kind == "source") |
			del(.definition.file, .inputs[]?.definition.file)' |
			sed 's/\\r\\n/\\n/g' >$f
	done
	diff plain wide
}

@test "the same migration as one pipe" {
	need_dbt
	cp "$MIG_TOP/share/demo/shop.sql" .
	cat >small <<-'END'
		-s sales.* -s rpt.CustomerOrder -s etl.usp_load_fact_invoice
	END
	# shellcheck disable=SC2046 # words
	mssql-extract --ddl shop.sql | mig-assess | mig-plan $(cat small) |
		mig-gen -C p >gen.jsonl
	mig-load -C p "$MIG_TOP/share/demo/rows" >/dev/null
	mig-test -C p gen.jsonl | mig-fix -C p |
		mig-eval -C p --rows "$MIG_TOP/share/demo/rows" |
		mig-state state.json | mig-report -f text >table
	grep -q 'fct_invoice .* completed  *exact  *66  1.000' table
	valid --schema state state.json
}

# ---- bad input, for every filter ----

FILTERS='mig-assess mig-plan mig-gen mig-state mig-review mig-fix'

filter() { # TOOL: runs it on standard input, in a project of its own
	case $1 in
	mig-state) mig-state state.json ;;
	mig-review) mig-review -k plan decisions.json ;;
	mig-gen) mig-gen -C p ;;
	*) "$1" ;;
	esac
}

@test "not JSON, an unknown kind, a cut line: said with the place, passed on" {
	for tool in $FILTERS; do
		run filter "$tool" < <(
			printf 'junk\n{"kind":"mystery","a":1.50}\n'
			printf '{"kind":"also"'
		)
		status_is 1
		has "$tool: <stdin>:1:1: error:"
		has '{"kind":"mystery","a":1.50}'
		has "$tool: <stdin>:3:15: error: the last record is cut short"
	done
}

@test "binary input" {
	head -c 100000 /dev/urandom >noise
	for tool in $FILTERS; do
		run filter "$tool" <noise
		status_is 1
	done
	run mssql-extract --ddl noise
	status_is 2
	has 'no object definition found'
}

@test "empty input is no error" {
	for tool in $FILTERS; do
		run filter "$tool" </dev/null
		status_is 0
		is "$output" ""
	done
}

@test "a missing file" {
	for tool in mig-assess mig-plan mig-gen mig-fix mig-report; do
		run "$tool" nowhere.jsonl
		status_is 2
		has 'nowhere.jsonl: No such file or directory'
	done
	run mssql-extract --ddl nowhere.sql
	status_is 2
	has 'nowhere.sql'
}

@test "a full disk" {
	for tool in $FILTERS; do
		run sh -c ". /dev/stdin" <<-END
			$(declare -f filter)
			filter $tool <$FIXTURES/shop.jsonl >/dev/full
		END
		status_is 2
		has 'No space left on device'
	done
}

@test "a pipe that is closed" {
	for _ in 1 2 3 4 5 6 7 8 9 10; do cat "$FIXTURES/shop.jsonl"; done >many
	for tool in $FILTERS; do
		run bash -c "$(declare -f filter)
			filter $tool <many 2>err | head -c 1 >/dev/null
			echo \${PIPESTATUS[0]}"
		[ "$output" = 2 ] || [ "$output" = 1 ] || [ "$output" = 0 ] ||
			fail "$tool"
		is "$(grep -v 'is there twice' err)" ""
	done
}

@test "SIGTERM leaves whole records" {
	mkfifo in
	for tool in mig-assess mig-gen mig-state; do
		filter "$tool" <in >out 2>/dev/null &
		pid=$!
		exec 7>in
		cat "$FIXTURES/shop.jsonl" >&7
		kill -TERM $pid
		wait $pid || true
		exec 7>&-
		[ ! -s out ] || is "$(tail -c 1 out | od -An -c | tr -d ' ')" '\n'
		while read -r line; do
			jq -e . <<<"$line" >/dev/null
		done <out
	done
}

@test "a script cut in the middle of a string" {
	printf "create view dbo.v as select 1 as x\ngo\nselect 'abc" >cut.sql
	run mssql-extract --ddl cut.sql
	has '"id":"dbo.v"'
	[ "$status" -le 1 ]
}

@test "a procedure of 50 MB on one line" {
	"$PYTHON" -c 'import sys
row = "insert into dbo.a (x) select x from dbo.b; "
sys.stdout.write("create procedure dbo.p as " +
                 row * (50 * 1024 * 1024 // len(row)))' >big.sql
	start=$SECONDS
	mssql-extract --ddl big.sql >catalog
	mig-assess catalog | mig-plan >plan
	is "$(jq -r 'select(.kind == "model" and .target == "dbo.a") |
		.materialized' plan)" incremental
	took_at_most 120
}

@test "hostile names, from the script to the project" {
	cat >names.sql <<-'END'
		CREATE TABLE [dbo].[../../up] ([id] int NOT NULL PRIMARY KEY, [a]]b] int)
		GO
		CREATE TABLE [dbo].[{{ env_var('HOME') }}] ([x"y] int NOT NULL)
		GO
		CREATE VIEW [dbo].[v'; drop table x --] AS SELECT id, [a]]b] FROM [../../up]
		GO
	END
	mssql-extract --ddl names.sql | mig-assess | mig-plan |
		mig-gen -C p >out
	valid out
	is "$(find . -path ./p -prune -o -newer names.sql -type f -print)" "./out"
	! grep -rn "env_var('HOME')" p/models --include='*.sql' ||
		fail 'Jinja of a name is live'
}
