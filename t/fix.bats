#!/usr/bin/env bats
# mig-fix: the attempts loop, rules for real errors. Starting dbt costs
# seconds: all broken models of DuckDB are in one project and one stream.

load lib/helpers
load lib/dbt
load lib/postgres

# bad NAME [KEY=JSON...]: a model of standard input, as mig-gen wrote it; its
# record goes to ./in
bad() {
	local name=$1 path=models/marts/$1.sql

	shift
	cat >"shop/$path"
	mkdir -p "shop/.mig/hashes/models/marts"
	sha256sum <"shop/$path" | cut -d' ' -f1 \
		>"shop/.mig/hashes/$path"
	model "$name" "$path" "$@" | jq -c --arg p "$path" \
		--rawfile t "shop/$path" \
		'.files = [{path: $p, content: $t}] | .dialect //= "duckdb"' >>in
}

broken_models() {
	bad left_over <<<"select isnull(null, 1) as x"
	bad two_errors <<-'END'
		select
		    isnull(null, 1) as x,
		    getdate() as y
	END
	bad ambiguous <<-'END'
		select
		    k
		from (select 1 as k) as a
		inner join (select 1 as k) as b
		    on a.k = b.k
	END
	bad as_text <<-'END'
		select upper(t.n) as x
		from (select 12 as n) as t
	END
	bad mixed <<-'END'
		select t.a + t.b as x
		from (select cast('1' as varchar) as a, 2 as b) as t
	END
	bad reserved 'columns=[{"name":"Order","type":"int"}]' <<-'END'
		select
		    order as x
		from (select 1 as "Order") as t
		order by 1
	END
	bad first <<<"select isnull(null, 1) as x"
	bad second 'depends_on=["first"]' 'wave=2' \
		<<<"select x from {{ ref('first') }}"
	bad hopeless <<<"select nosuchthing(1) as x"
	bad stuck <<<"select nosuch(1) as x -- a"
	bad tired 'attempts=9' <<<"select isnull(null, 1) as x"
	bad edited <<<"select isnull(null, 1) as x"
}

setup_file() {
	postgres_start
	[ -x "$VENV/bin/dbt" ] || return 0
	cd "$BATS_FILE_TMPDIR" || return 1
	shop
	mkdir -p shop/target
	broken_models
	mig-test -C shop in >tested || true
	cat >site.json <<-'END'
		{"rules":[{"id":"S1","error":"name nosuch does",
		"find":"-- (a+)","replace":"-- \\1a","changelog":"tried %0"}]}
	END
	echo 'select isnull(null, 2) as x' >shop/models/marts/edited.sql
	mig-fix -C shop --no-test tested >once 2>/dev/null || true
	for f in shop/models/marts/*.sql; do
		jq -j --arg f "models/marts/$(basename "$f")" '.files[]? |
			select(.path == $f) | .content' tested >orig
		[ ! -s orig ] || [ "$(basename "$f")" = edited.sql ] || {
			cp orig "$f"
			sha256sum <"$f" | cut -d' ' -f1 \
				>"shop/.mig/hashes/models/marts/$(basename "$f")"
		}
	done
	mig-fix -C shop --rules site.json --max-attempts 9 tested \
		>out 2>err || echo $? >status
}

teardown_file() { postgres_stop; }

prepare() {
	need_dbt
	cd "$BATS_FILE_TMPDIR" || return 1
}

of() { # NAME FILTER
	jq -r --arg n "$1" "select(.name == \$n) | $2" out
}

@test "the records obey their schemas, in the order they came" {
	valid out
	is "$(jq -r .name out)" "$(jq -r .name in)"
}

@test "a leftover function is replaced, the model tested again" {
	is "$(of left_over '[.status, .attempts, .generated.claim] | @csv')" \
		'"tested",1,"differs"'
	is "$(of left_over '.generated.changelog[0]')" \
		'attempt 1: replaced isnull by coalesce (FIX10)'
	grep -q coalesce shop/models/marts/left_over.sql
}

@test "several errors take several attempts" {
	is "$(of two_errors '[.status, .attempts] | @csv')" '"tested",2'
	is "$(of two_errors '.generated.changelog | length')" 2
}

@test "an ambiguous column is taken from the first, and said" {
	is "$(of ambiguous '[.status, .generated.claim] | @csv')" \
		'"tested","differs"'
	grep -q '    a.k$' shop/models/marts/ambiguous.sql
}

@test "a number that is used as text becomes text, in the one place" {
	is "$(of as_text '[.status, .generated.claim] | @csv')" \
		'"tested","differs"'
	grep -q 'upper(cast(t.n as varchar)) as x' shop/models/marts/as_text.sql
}

@test "text and a number are added as numbers" {
	is "$(of mixed .status)" tested
	grep -q 'cast(t.a as INTEGER) + t.b' shop/models/marts/mixed.sql
}

@test "a reserved word that is a column is quoted, and stays exact" {
	is "$(of reserved '[.status, .generated.claim] | @csv')" \
		'"tested","exact"'
	grep -q '    "Order" as x' shop/models/marts/reserved.sql
	grep -q '^order by 1' shop/models/marts/reserved.sql
}

@test "a model that waits for a repaired one is tested again too" {
	is "$(of second '[.status, .attempts] | @csv')" '"tested",0'
}

@test "no rule, no attempt: it stays failed, and the exit status says so" {
	is "$(of hopeless '[.status, .attempts] | @csv')" '"failed",0'
	is "$(cat status)" 1
}

@test "the same errors again end the loop" {
	is "$(of stuck '[.status, .attempts] | @csv')" '"failed",1'
}

@test "attempts of before count" {
	is "$(of tired '[.status, .attempts] | @csv')" '"failed",9'
}

@test "a file that was edited by hand stays" {
	grep -q 'edited.sql was edited by hand' err
	is "$(of edited .status)" failed
	is "$(cat shop/models/marts/edited.sql)" 'select isnull(null, 2) as x'
}

@test "a linked directory is no way out of the project" {
	mkdir -p linked/models outside
	ln -s ../../outside linked/models/marts
	jq -c 'select(.name == "left_over")' tested >one
	run mig-fix -C linked --no-test one
	[[ $output == *'left_over.sql: a link leads out of the project'* ]]
	is "$(ls -A outside)" ""
}

@test "--no-test makes one attempt and leaves the testing to others" {
	is "$(jq -r 'select(.name == "left_over") | [.status, .attempts] | @csv' \
		once)" '"generated",1'
}

@test "PostgreSQL: a column's capitals are put in quotes" {
	need_postgres
	export SHOP_TARGET=postgres
	cd "$BATS_TEST_TMPDIR"
	shop
	mkdir -p shop/target
	bad capitals 'columns=[{"name":"CustomerID","type":"int"}]' \
		'dialect="postgres"' <<-'END'
		select
		    CustomerID as id,
		    'CustomerID' as text -- CustomerID
		from (select 1 as "CustomerID") as t
	END
	mig-test -C shop in >tested || true
	mig-fix -C shop tested >out
	is "$(of capitals '[.status, .generated.claim] | @csv')" \
		'"tested","exact"'
	grep -q "\"CustomerID\" as id" shop/models/marts/capitals.sql
	grep -q "'CustomerID' as text -- CustomerID" \
		shop/models/marts/capitals.sql
}

@test "what is well passes byte for byte, and no test is run" {
	cd "$BATS_TEST_TMPDIR"
	model a models/a.sql 'status="tested"' >in
	echo '{"kind":"mystery",  "x":1}' >>in
	mig-fix -C nowhere in >out
	cmp in out
}

@test "a rules file with a mistake is refused" {
	cd "$BATS_TEST_TMPDIR"
	echo '{"rules":[{"id":"x","error":"(","changelog":"c"}]}' >r
	run mig-fix --rules r </dev/null
	status_is 2
	has 'r: rule 1: error is not a regular expression'
}
