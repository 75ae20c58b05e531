#!/usr/bin/env bats
# What a script of four times the objects costs: instructions, which are the
# same on a busy machine, and memory. Work that grows with the square shows.

load lib/helpers

# Tables, views on views, procedures: $1 of each.
script() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "CREATE TABLE dbo.T%d (id int PRIMARY KEY, code " \
			    "nvarchar(40), up int REFERENCES dbo.T%d (id))\nGO\n",
			    i, i / 2
		for (i = 0; i < n; i++)
			printf "CREATE VIEW dbo.V%d AS SELECT a.id, a.code FROM " \
			    "dbo.%s%d AS a JOIN dbo.T%d AS b ON b.id = a.id\nGO\n",
			    i, i % 7 ? "V" : "T", i % 7 ? i - 1 : i, i * 13 % n
		for (i = 0; i < n; i++)
			printf "CREATE PROCEDURE dbo.P%d AS TRUNCATE TABLE " \
			    "dbo.T%d; INSERT INTO dbo.T%d (id, code) SELECT id, " \
			    "code FROM dbo.V%d\nGO\n", i, i, i, i
	}'
}

# count OUT COMMAND...: the instructions that it takes
count() {
	local out=$1
	shift
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" \
		2>valgrind.err >"$out" || [ $? -eq 1 ]
	sed -n 's/.*Collected : \([0-9]*\).*/\1/p' valgrind.err
}

# stage IN OUT COMMAND...: for the small script and for the large one
stage() {
	local in=$1 out=$2 few many
	shift 2
	few=$(count "small.$out" "$@" "small.$in")
	many=$(count "large.$out" "$@" "large.$in")
	echo "$1: $few, then $many instructions"
	[ "$few" -gt 0 ] && [ "$many" -lt $((few * 5)) ]
}

need_valgrind() {
	[ -z "${MIG_SAN-}" ] || skip "valgrind can't run a sanitizer's build"
	command -v valgrind >/dev/null || skip "no valgrind"
}

# All of them, from the scripts to the models.
stages() {
	stage sql objects mssql-extract --ddl
	stage objects lineage mig-lineage
	stage objects assessed mig-assess
	stage assessed plan mig-plan
	stage plan models mig-gen --no-write
}

@test "four times the objects take at most five times the work" {
	need_valgrind
	script 80 >small.sql
	script 320 >large.sql
	stages
	stage models report mig-report
}

# Of $1: columns with a test each and a view of them all; constants in a CASE.
wide() {
	awk -v n="$1" 'BEGIN {
		printf "CREATE TABLE dbo.Wide (id int PRIMARY KEY"
		for (i = 0; i < n; i++)
			printf ", c%d varchar(9) NOT NULL CHECK (c%d > 1)\n", i, i
		printf ")\nGO\nCREATE VIEW dbo.All_ AS SELECT * FROM dbo.Wide\n"
		printf "GO\nCREATE VIEW dbo.Arms AS SELECT CASE id"
		for (i = 0; i < n; i++)
			printf " WHEN %d THEN %d\n", 3 * i, i * 7
		printf " END AS x FROM dbo.Wide\nGO\n"
	}'
}

@test "four times the columns and constants take at most five times the work" {
	need_valgrind
	wide 1000 >small.sql
	wide 4000 >large.sql
	stages
}

@test "a sum of too many texts isn't known, one of many is" {
	sum() {
		awk -v n="$1" 'BEGIN {
			printf "CREATE TABLE dbo.T (a int)\nGO\n" \
			    "CREATE PROCEDURE dbo.P AS EXEC(\47SELECT 1\47"
			for (i = 0; i < n; i++)
				printf " + \47, a\47"
			print " + \47 FROM dbo.T\47)"
		}'
	}
	sum 9000 >few.sql
	mssql-extract --ddl few.sql |
		jq -e 'select(.kind == "dependency") | .target == "dbo.T"'
	sum 300000 >many.sql
	(
		# The sanitizers need the address space.
		[ -n "${MIG_SAN-}" ] || ulimit -v 400000
		mssql-extract --ddl many.sql >many.objects
		mig-lineage many.objects >many.lineage
	)
	jq -es 'map(select(.id == "dbo.P"))[0] |
		.findings[0].code == "MIG2003" and
		.dependencies[0].type == "unknown"' many.objects
}
