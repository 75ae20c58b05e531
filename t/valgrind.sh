#!/bin/sh
# One pipeline run under valgrind, as TAP: no invalid access, no leak.
cd "$(dirname "$0")/.." || exit 2
: "${MIG_BUILD:=build}"
case $MIG_BUILD in
/*) ;;
*) MIG_BUILD=$PWD/$MIG_BUILD ;;
esac
if ! command -v valgrind >/dev/null; then
	echo 'ok 1 - one pipeline under valgrind # skip no valgrind'
	echo 1..1
	exit 0
fi
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
sql=$PWD/share/demo/shop.sql
cd "$dir" || exit 2
nr=0 bad=0

# stage NAME IN COMMAND...: runs it from file to file
stage() {
	name=$1 in=$2
	shift 2
	nr=$((nr + 1))
	tool=$MIG_BUILD/bin/$1
	shift
	valgrind -q --error-exitcode=99 --leak-check=full \
		--errors-for-leak-kinds=definite,indirect \
		"$tool" "$@" <"$in" >"$name" 2>"$name.err"
	status=$?
	if [ "$status" -le 1 ] && ! grep -q '^==' "$name.err"; then
		echo "ok $nr - $name under valgrind"
	else
		echo "not ok $nr - $name under valgrind (status $status)"
		sed 's/^/# /' "$name.err" | head -n 60
		bad=1
	fi
}

stage extract /dev/null mssql-extract --ddl "$sql" --rows rows
stage assess extract mig-assess
stage plan assess mig-plan
stage gen plan mig-gen -C proj
stage review gen mig-review -k gen -a '*' decisions.json
stage state review mig-state state.json
stage split state mig-split --make plan.mk --shared shared --texts texts models
stage report state mig-report --no-dot
stage text state mig-report -f text
echo "1..$nr"
exit $bad
