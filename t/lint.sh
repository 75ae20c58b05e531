#!/bin/sh
# The house style, as TAP: layout of the C files, scripts, manual pages, and
# things that must not be in the tree.
cd "$(dirname "$0")/.." || exit 2
nr=0 bad=0

# check NAME: what $wrong holds is wrong; nothing in it is right.
check() {
	nr=$((nr + 1))
	if [ -z "$wrong" ]; then
		echo "ok $nr - $1"
	else
		echo "not ok $nr - $1"
		printf '%s\n' "$wrong" | head -n 40 | sed 's/^/# /'
		bad=1
	fi
}

skip() {
	nr=$((nr + 1))
	echo "ok $nr - $1 # skip $2"
}

files() { git ls-files -co --exclude-standard -- "$@"; }

if command -v clang-format >/dev/null; then
	wrong=$(files '*.c' '*.h' | grep -v keywords_table.h | xargs clang-format --dry-run -Werror 2>&1 |
		grep 'error:')
	check 'C files are laid out by clang-format'
else
	skip 'C files are laid out by clang-format' 'no clang-format'
fi

if command -v shellcheck >/dev/null; then
	wrong=$({
		files '*.sh' '*.bash'
		files | while read -r f; do
			[ -f "$f" ] && head -n 1 "$f" | tr -d '\0' |
				grep -q '^#!/bin/\(ba\)\{0,1\}sh' && echo "$f"
		done
	} | sort -u | xargs shellcheck -f gcc -x 2>&1)
	check 'scripts pass shellcheck'
else
	skip 'scripts pass shellcheck' 'no shellcheck'
fi

if command -v mandoc >/dev/null; then
	wrong=$(files 'man/*.[157]' | xargs -r mandoc -T lint -W warning 2>&1 |
		grep -v 'outdated mandoc.db')
	check 'manual pages pass mandoc'
else
	skip 'manual pages pass mandoc' 'no mandoc'
fi

wrong=$(files '*.c' '*.h' | xargs grep -nE '[[:blank:]]$')
check 'no trailing blanks'

wrong=$(files '*.c' '*.h' | grep -v banned.h | xargs grep -nE \
	'(^|[^a-zA-Z0-9_])(strcpy|strcat|v?sprintf|gets|ato[ilf]|strtok)\(')
check 'no banned calls'

# A path of one machine has no place in a tree that others clone.
wrong=$(files | grep -v '\.jsonl$' | xargs grep -InE \
	'(^|[^A-Za-z0-9_.])/(work|root|home/[a-z]+)/' | grep -v '^t/lint.sh:')
check 'no path of one machine'

wrong=$(for f in share/schema/*.json share/dialects/*.json share/rules/*.json
do
	[ -e "$f" ] || continue
	python3 -m json.tool "$f" >/dev/null 2>&1 || echo "$f: not JSON"
done)
check 'the JSON in share is JSON'

echo "1..$nr"
exit $bad
