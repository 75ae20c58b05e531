#!/usr/bin/env bats
# The dbt helper: started on demand, shared, ending with its last client.

load lib/helpers
load lib/dbt

prepare() {
	need_dbt
	shop
	model one models/marts/one.sql >one.jsonl
	echo 'select 1 as a' >shop/models/marts/one.sql
}

built() {
	mig-test -C "${1-shop}" one.jsonl | jq -e '.status == "tested"' >/dev/null
}

@test "one helper serves the stages of a pipe and ends after them" {
	export MIG_DBT_LINGER=5
	built
	pids shop >first
	is "$(wc -l <first)" 1
	built
	is "$(pids shop)" "$(cat first)" 'the helper'
	wait_for_end shop
	is "$(pids shop)" ''
}

@test "ten at once start one helper and all are served" {
	for i in $(seq 10); do
		{ built && touch "ok$i"; } &
	done
	wait
	is "$(find . -maxdepth 1 -name 'ok*' | wc -l)" 10
	is "$(pids shop | wc -l)" 1
}

@test "a helper that was killed is started again; its socket is no obstacle" {
	built
	[ -n "$(pids shop)" ]
	end shop
	is "$(sockets shop)" 1
	built
	is "$(pids shop | wc -l)" 1
}

@test "a helper that dies in the middle of a request: asked again" {
	built
	printf '%s\n' "{{ config(materialized='table') }}" \
		'select count(*) as a from range(200000000) as t(x)' \
		'where x % 7 = 3' >shop/models/marts/one.sql
	built &
	sleep 0.7
	[ -n "$(pids shop)" ]
	end shop
	wait $!
}

@test "a client that is killed leaves the helper to others" {
	mig-test -C shop one.jsonl >/dev/null &
	sleep 0.3
	kill -KILL $!
	built
}

@test "a project whose path is longer than a socket's may be" {
	long=$(printf 'd%.0s' $(seq 60))
	mkdir -p "$long/$long"
	mv shop "$long/$long/shop it's"
	built "$long/$long/shop it's"
	is "$(sockets "$long/$long/shop it's")" 1
}

@test "the warehouse's file is free between requests" {
	built
	sleep 0.8
	is "$(sockets shop)" 1
	(cd shop && "$PYTHON" -c 'import duckdb
duckdb.connect("shop.duckdb").execute("create table x as select 1")')
}

@test "a dbt of the user's own waits for nobody, and is waited for" {
	built
	sleep 0.5
	(cd shop && "$PYTHON" -c 'import duckdb, time
c = duckdb.connect("shop.duckdb")
print("open", flush=True)
time.sleep(3)') >held &
	until grep -q open held; do sleep 0.1; done
	built
	wait
}

@test "the socket is its owner's only" {
	built
	is "$(stat -c %a shop/target/mig-*.sock)" 600
}

@test "a project that goes away takes its helper along" {
	export MIG_DBT_LINGER=600
	built
	pid=$(pids shop)
	[ -n "$pid" ]
	rm -rf shop
	for i in $(seq 50); do
		case $(ps -o stat= -p "$pid") in
		'' | Z*) return 0 ;;
		esac
		sleep 0.1
	done
	kill "$pid"
	fail 'it stayed'
}

@test "nothing is held open: a pipe ends when its tools end" {
	export MIG_DBT_LINGER=120
	begin=$(date +%s)
	mig-test -C shop one.jsonl 2>&1 | cat >/dev/null
	[ $(($(date +%s) - begin)) -lt 90 ] || fail 'the helper kept the pipe'
	end shop
}

@test "any other dbt, as a program: load, test and compare" {
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$VENV/bin/dbt" >other
	chmod +x other
	export DBT=$PWD/other
	PATH=/usr/bin:/bin:$PATH # a python that has no dbt
	mig-load -C shop "$FIXTURES/shop_rows" >/dev/null
	echo 'select x as a' >shop/models/marts/wrong.sql
	{
		shop_models
		model wrong models/marts/wrong.sql
	} >in
	run mig-test -C shop in
	status_is 1
	echo "$output" >tested
	is "$(jq -r '[.status, .errors[0].line] | @tsv' tested | sort |
		uniq -c | xargs)" '1 failed 1 4 tested'
	is "$("$PYTHON" "$MIG_TOP/t/lib/ask.py" shop hello | jq -r .mode)" \
		command
	grep -v order_totals tested |
		mig-eval -C shop --rows "$FIXTURES/shop_rows" >out || :
	is "$(jq -r .status out | sort | uniq -c | xargs)" \
		'3 completed 1 failed'
	end shop
}
