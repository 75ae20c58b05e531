# What the bats files share. A file starts with `load lib/helpers`.
#
#   MIG_TOP        top of the tree
#   MIG_BUILD      directory of the build under test (default: build)
#   MIG_ORACLE     the directory of T-SQL with known rows; may not exist
#   PATH           starts with the tools under test
#
# Every test runs in a scratch directory of its own ($BATS_TEST_TMPDIR).

MIG_TOP=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
case ${MIG_BUILD:=build} in
/*) ;;
*) MIG_BUILD=$MIG_TOP/$MIG_BUILD ;;
esac
case ${VENV:=.venv} in
/*) ;;
*) VENV=$MIG_TOP/$VENV ;;
esac
MIG_ORACLE=$MIG_TOP/../shared/oracle
FIXTURES=$MIG_TOP/t/fixtures
PYTHON=$VENV/bin/python
[ -x "$PYTHON" ] || PYTHON=python3
PATH=$MIG_BUILD/bin:$PATH
DBT_SEND_ANONYMOUS_USAGE_STATS=false
DO_NOT_TRACK=1
export MIG_TOP MIG_BUILD VENV MIG_ORACLE FIXTURES PYTHON PATH
export DBT_SEND_ANONYMOUS_USAGE_STATS DO_NOT_TRACK

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	if declare -F prepare >/dev/null; then
		prepare
	fi
}

# fail MESSAGE...: ends the test; the output of the last `run` is shown.
fail() {
	printf '%s\n' "$@" >&2
	if [ -n "${output+x}" ]; then
		printf 'output (status %s):\n%s\n' "${status-}" "$output" >&2
	fi
	return 1
}

# is ACTUAL EXPECTED [WHAT]
is() {
	[ "$1" = "$2" ] && return 0
	diff <(printf '%s\n' "$2") <(printf '%s\n' "$1") >&2
	fail "${3:-a value} is not as expected (< expected, > actual)"
}

# status_is N: of the last `run`
status_is() {
	[ "$status" -eq "$1" ] || fail "exit status $status, expected $1"
}

# has TEXT: the last `run` printed it
has() {
	[[ $output == *"$1"* ]] || fail "not printed: $1"
}

has_not() {
	[[ $output != *"$1"* ]] || fail "printed, but must not be: $1"
}

# took_at_most N: seconds since `start=$SECONDS`; ten times as many under the
# sanitizers.
# shellcheck disable=SC2154 # start is the caller's
took_at_most() {
	local limit=$1

	[ -z "${MIG_SAN-}" ] || limit=$((limit * 10))
	[ $((SECONDS - start)) -le "$limit" ] ||
		fail "took $((SECONDS - start)) s, at most $limit were expected"
}

# same_as GOLDEN FILE: compares with t/golden/GOLDEN. With MIG_GOLDEN=write
# the golden file is written instead.
same_as() {
	local golden=$MIG_TOP/t/golden/$1

	if [ "${MIG_GOLDEN-}" = write ]; then
		mkdir -p "$(dirname "$golden")"
		cp "$2" "$golden"
	fi
	diff -u "$golden" "$2" >&2 || fail "$2 differs from golden/$1"
}

# valid [FILE...]: every record obeys its schema in share/schema, and has no
# field that the schema doesn't know.
valid() {
	"$PYTHON" "$MIG_TOP/t/validate.py" "$@" >&2 ||
		fail "records are not as share/schema says"
}

# needs_oracle PART: skips where the rows of a T-SQL engine aren't there.
needs_oracle() {
	[ -d "$MIG_ORACLE/$1" ] ||
		skip "the oracle's part $1 is not here"
}

# needs_dbt: skips where there is no virtual environment with dbt.
needs_dbt() {
	[ -x "$VENV/bin/dbt" ] || skip "no dbt in $VENV"
}

# needs COMMAND
needs() {
	command -v "$1" >/dev/null 2>&1 || skip "no $1 here"
}
