#!/usr/bin/env bats
# mig-split: files for make.

load lib/helpers

prepare() { mig-plan "$FIXTURES/shop.jsonl" >plan; }

@test "one file a model, waves and needs for make" {
	mig-split -m plan.mk -s shared d plan
	is "$(ls d | wc -l)" 7
	is "$(grep -v '^#' plan.mk | head -n 4)" "MIG_WAVES := 1 2 3
MIG_WAVE_1 := stg_sales__customer stg_sales__order stg_audit__run_log
MIG_WAVE_2 := dim_customer int_open_order
MIG_WAVE_3 := fct_order rpt_region_total"
	grep -qx 'MIG_NEEDS_fct_order := stg_sales__order dim_customer' plan.mk
	is "$(wc -l <shared)" 4
	valid d/*.jsonl shared
}

@test "what stays the same keeps its time" {
	mig-split d plan
	touch -d 2001-01-01 d/*.jsonl
	sed 's/"materialized":"incremental"/"materialized":"table"/' plan >new
	mig-split d new
	is "$(find d -newermt 2002-01-01 -printf '%f ')" "d fct_order.jsonl "
}

@test "files of models that are gone go too, unless kept" {
	mkdir d
	touch d/old.jsonl d/note.txt
	mig-split --keep d plan
	[ -e d/old.jsonl ]
	mig-split d plan
	[ ! -e d/old.jsonl ]
	[ -e d/note.txt ]
}

@test "a name that is no plain word is refused" {
	for n in ../x 'a b' '$(x)' .h ''; do
		run mig-split d < <(printf '{"kind":"model","name":"%s"}\n' "$n")
		status_is 1
	done
	is "$(ls -A d)" ""
}

@test "a directory that can't be written is said" {
	touch f
	run mig-split f/d plan
	status_is 2
	has 'f/d: Not a directory'
}
