#!/usr/bin/env bats
# The manual pages: examples are run, options are those of the tables.

load lib/helpers
load lib/dbt

# What the examples are about: the demo database, its plan, a project.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	cp "$MIG_TOP/share/demo/shop.sql" .
	cp -R "$MIG_TOP/share/demo/rows" rows
	mssql-extract --ddl shop.sql >catalog.jsonl
	mig-assess catalog.jsonl >assessed.jsonl
	mig-plan -s 'sales.*' -s 'etl.usp_load_fact_invoice' \
		-s 'rpt.CustomerOrder' assessed.jsonl >plan.jsonl
	mig-gen -C shop_dbt plan.jsonl >models.jsonl
	cp plan.jsonl plan.saved
	[ ! -x "$VENV/bin/dbt" ] || {
		mig-load -C shop_dbt rows >/dev/null
		mig-test -C shop_dbt models.jsonl >tested.jsonl
	}
}

# examples PAGE: its commands, one an array element of `commands`
examples() {
	local line command=
	commands=()
	while IFS= read -r line; do
		case $line in
		'$ '*) command=${line#'$ '} ;;
		*) [ -n "$command" ] && command+=$'\n'$line ;;
		esac
		case $command in
		*\\e) command=${command%e} ;;
		esac
		if [ -n "$command" ] && [[ $line != *\\e ]] &&
			bash -n -c "$command" 2>/dev/null; then
			commands+=("$command")
			command=
		fi
	done < <(awk '/^\.Sh/ { e = /EXAMPLES/ } /^\.Bd/ { b = 1; next }
		/^\.Ed/ { b = 0 } e && b' "$1")
}

# run_page NAME: all its examples; a record that is negative is no mistake
run_page() {
	local command
	cd "$BATS_FILE_TMPDIR"
	cp plan.saved plan.jsonl
	examples "$MIG_TOP/man/$1"
	[ "${#commands[@]}" -gt 0 ] || [[ $1 != *.1 ]] ||
		fail "$1 has no examples"
	for command in "${commands[@]}"; do
		run bash -o pipefail -c "$command"
		[ "$status" -le 1 ] || fail "$1: $command"
	done
}

@test "examples of pages that need no dbt run" {
	local page
	for page in "$MIG_TOP"/man/*.[15]; do
		page=$(basename "$page")
		case $page in
		mig-load.1 | mig-test.1 | mig-fix.1 | mig-eval.1 | mig.mk.5) ;;
		*) run_page "$page" ;;
		esac
	done
}

@test "examples of mig-load, mig-test, mig-fix and mig-eval run" {
	need_dbt
	local page
	for page in mig-load.1 mig-test.1 mig-fix.1 mig-eval.1; do
		run_page "$page"
	done
}

@test "every tool has a page, every page a tool" {
	for tool in "$MIG_BUILD"/bin/*; do
		[ -e "$MIG_TOP/man/$(basename "$tool").1" ] ||
			fail "no page for $tool"
	done
	for page in "$MIG_TOP"/man/*.1; do
		[ -x "$MIG_BUILD/bin/$(basename "$page" .1)" ] ||
			fail "no tool for $page"
	done
}

# The options that a page lists, as "-x" and "--name"; those of the Claude
# engine stand on one page for all.
page_options() {
	local pages=("$1")
	! grep -q '^\.Xr mig-claude 7' "$1" ||
		pages+=("$MIG_TOP/man/mig-claude.7")
	sed -n 's/^\.It //p' "${pages[@]}" | grep '^Fl' | tr ',' '\n' |
		sed -n -e 's/^ *Fl Fl \([a-z0-9-]*\).*/--\1/p' \
			-e 's/^ *Fl \([A-Za-z0-9]\)\([ ].*\)*$/-\1/p' | sort -u
}

tool_options() {
	"$1" --list-options | while IFS=$'\t' read -r letter name _; do
		printf -- '--%s\n' "$name"
		[ "$letter" = - ] || printf -- '-%s\n' "$letter"
	done | sort -u
}

@test "the pages list the options of the tables, all and no others" {
	local tool common='--help|--version|-h|-V'
	for tool in "$MIG_BUILD"/bin/*; do
		# What every tool has may go without saying.
		diff <(tool_options "$tool" | grep -vxE -e "$common") \
			<(page_options "$MIG_TOP/man/$(basename "$tool").1" |
				grep -vxE -e "$common") ||
			fail "$(basename "$tool") (< has, > the page says)"
	done
}

@test "--help and --version of every tool" {
	local tool
	for tool in "$MIG_BUILD"/bin/*; do
		run "$tool" --help
		status_is 0
		has "Usage: $(basename "$tool")"
		run "$tool" --version
		status_is 0
		has '(mig)'
		run "$tool" --nosuchoption
		status_is 2
	done
}

@test "completions know every tool" {
	mkdir -p c/bash c/zsh
	"$MIG_TOP/scripts/completions" c "$MIG_BUILD"/bin/*
	bash -n c/bash/mig
	grep -q -- '--collation-policy' c/bash/mig
	grep -q -- 'collation-policy.*(exact fold leave)' c/zsh/_mig
	run bash -c '. c/bash/mig
		COMP_WORDS=(mig-plan --collation-policy ""); COMP_CWORD=2
		_mig_complete mig-plan; echo "${COMPREPLY[@]}"'
	is "$output" "exact fold leave"
}
