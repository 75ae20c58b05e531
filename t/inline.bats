#!/usr/bin/env bats
# User-defined functions put in where they are called.

load lib/helpers

prepare() {
	cat >schema.sql <<'SQL'
CREATE TABLE dbo.ord (id int NOT NULL PRIMARY KEY, cust int NULL, amount int NULL)
GO
CREATE TABLE dbo.line (ord int NOT NULL, qty int NOT NULL)
GO
CREATE TABLE dbo.dept (id int NOT NULL PRIMARY KEY, parent int NULL)
GO
CREATE FUNCTION dbo.lines_of (@c int) RETURNS TABLE AS RETURN
SELECT o.id, l.qty FROM ord o JOIN line l ON l.ord = o.id WHERE o.cust = @c
GO
CREATE FUNCTION dbo.last_of (@c int) RETURNS int AS
BEGIN
	RETURN (SELECT MAX(id) FROM ord WHERE cust = @c)
END
GO
CREATE FUNCTION dbo.below (@root int) RETURNS @t TABLE (id int, lvl int) AS
BEGIN
	DECLARE @l int = 0, @n int = 1
	INSERT @t SELECT id, 0 FROM dept WHERE id = @root
	WHILE @n > 0
	BEGIN
		INSERT @t SELECT d.id, @l + 1 FROM dept d JOIN @t t
			ON t.id = d.parent WHERE t.lvl = @l
		SET @n = @@ROWCOUNT
		SET @l = @l + 1
	END
	DELETE @t WHERE lvl > 5
	RETURN
END
GO
CREATE FUNCTION dbo.seen (@root int) RETURNS @t TABLE (id int) AS
BEGIN
	INSERT @t VALUES (@root)
	WHILE @@ROWCOUNT > 0
		INSERT @t SELECT d.id FROM dept d JOIN @t t ON t.id = d.parent
			WHERE NOT EXISTS (SELECT 1 FROM @t x WHERE x.id = d.id)
	RETURN
END
GO
SQL
}

# emit <QUERY: the query of a view of it, on DuckDB
emit() {
	prepare
	{ printf 'CREATE VIEW oracle.v AS\n'; cat; printf '\nGO\n'; } >view.sql
	run "$MIG_BUILD/t/emit_views" duckdb view.sql schema.sql
	status_is 0
	output=$(jq -r '.claim, .sql' <<<"$output")
}

@test "an alias of the function is not taken for one of its caller" {
	emit <<<'SELECT o.id, f.qty FROM ord o CROSS APPLY dbo.lines_of(o.cust) f'
	has "exact"
	has "from ord as o_2"
	has "where o_2.cust = o.cust"
}

@test "a table of the function is not taken for the caller's" {
	emit <<<'SELECT id, dbo.last_of(cust) AS last_id FROM ord'
	has "exact"
	has "from ord as ord_2"
	has "where cust = ord.cust"
}

@test "a function of several statements is the query that they fold into" {
	emit <<<'SELECT id, lvl FROM dbo.below(3) WHERE lvl > 0'
	has "exact"
	has "with recursive"
	has "t.lvl + 1 as lvl"
	has "where id = 3"
	has "when lvl > 5"
}

@test "applied to rows, it keeps its CTEs with the row" {
	emit <<<'SELECT d.id, COUNT(*) AS n FROM dept d CROSS APPLY dbo.below(d.id) b
		GROUP BY d.id'
	has "exact"
	has "with recursive t as ("
	has "where id = d.id"
	has "from dept as d_2"
}

@test "a function whose loop looks at all that it found stays manual" {
	emit <<<'SELECT id FROM dbo.seen(3)'
	has "manual"
}
