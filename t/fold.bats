#!/usr/bin/env bats
# Procedures folded into queries: claims, patterns, states, the ledger.

load lib/helpers

prepare() {
	cat >schema.sql <<'SQL'
CREATE TABLE dbo.src (id int NOT NULL PRIMARY KEY, grp int NULL, v int NULL)
GO
CREATE TABLE dbo.dst (id int NOT NULL PRIMARY KEY, v bigint NULL)
GO
CREATE TABLE dbo.keyed (k int IDENTITY(5,10) NOT NULL PRIMARY KEY, v int)
GO
CREATE TABLE dbo.heap (id int NULL, v int NULL)
GO
CREATE TABLE dbo.log (msg varchar(20), n int)
GO
SQL
}

# fold <BODY: the output of the folder for a procedure of that body
fold() {
	{ printf 'CREATE PROCEDURE dbo.p @a int = 1 AS\n'; cat; } >p.sql
	run "$MIG_BUILD/t/fold_drive" schema.sql p.sql
	status_is 0
}

@test "TRUNCATE and INSERT is a full rebuild, values take the columns' types" {
	fold <<<'TRUNCATE TABLE dst; INSERT dst (id, v) SELECT id, v FROM src'
	has "dbo.dst: exact, truncate_insert"
	has "CAST([source_rows].[c2] AS bigint) AS [v]"
	has_not "reads previous"
}

@test "an append reads the last run's rows" {
	fold <<<'INSERT dst (id, v) SELECT id, v FROM src s
		WHERE NOT EXISTS (SELECT 1 FROM dst d WHERE d.id = s.id)'
	has "dbo.dst: exact, append, reads previous"
	has "FROM [dbo].[dst] UNION ALL"
}

@test "a temporary table is a CTE, with a state for each change" {
	fold <<<'SELECT id, v INTO #t FROM src
		UPDATE #t SET v = 0 WHERE v < 0
		DELETE #t WHERE id = 3
		TRUNCATE TABLE dst
		INSERT dst SELECT id, v FROM #t'
	has "dbo.dst: exact, truncate_insert"
	has "[t_updated] AS ("
	has "CASE WHEN v < 0 THEN 0 ELSE [#t].[v] END AS [v]"
	has "WHERE CASE WHEN id = 3 THEN 1 ELSE 0 END = 0"
	has "FROM [t_kept] AS [#t]"
}

@test "an identity counts in the order that is said, from the seed" {
	fold <<<'TRUNCATE TABLE keyed; INSERT keyed (v) SELECT id FROM src ORDER BY id'
	has "dbo.keyed: exact"
	has "5 + ([source_rows].[row_no] - 1) * 10"
}

@test "an identity in no certain order makes the claim differ" {
	fold <<<'TRUNCATE TABLE keyed; INSERT keyed (v) SELECT v FROM src ORDER BY v'
	has "dbo.keyed: differs"
	has MIG4005
}

@test "UPDATE … FROM joins by the key, a matched NULL overwrites" {
	fold <<<'UPDATE d SET v = s.v FROM dst d JOIN src s ON s.id = d.id'
	has "dbo.dst: exact, update, reads previous"
	has "CASE WHEN [hits].[key_1] IS NOT NULL THEN [hits].[new_2]"
}

@test "UPDATE … FROM that may meet several rows takes one, and says so" {
	fold <<<'UPDATE d SET v = s.v FROM dst d JOIN src s ON s.grp = d.id'
	has "dbo.dst: differs"
	has MIG4004
}

@test "UPDATE … FROM of a grouped query by its groups is folded" {
	fold <<<'UPDATE d SET v = x.n FROM dst d
		JOIN (SELECT grp, COUNT(*) AS n FROM src GROUP BY grp) x ON x.grp = d.id'
	has "dbo.dst: exact"
}

@test "UPDATE … FROM of a table without a key is not folded" {
	fold <<<'UPDATE h SET v = s.v FROM heap h JOIN src s ON s.id = h.id'
	has "dbo.heap: manual"
	has MIG4003
}

@test "rows of IF and ELSE are guarded by the condition and its rest" {
	fold <<<'TRUNCATE TABLE dst
		IF @a = 1 INSERT dst SELECT id, v FROM src
		ELSE INSERT dst SELECT id, 0 FROM src'
	has "dbo.dst: exact"
	has "WHERE (@a = 1)"
	has "WHERE CASE WHEN @a = 1 THEN 1 ELSE 0 END = 0"
}

@test "a variable is the expression that it holds, in its type" {
	fold <<<'DECLARE @m smallint = (SELECT MAX(v) FROM src)
		TRUNCATE TABLE dst
		INSERT dst SELECT id, v FROM src WHERE v < @m'
	has "WHERE v < CAST((SELECT MAX(v) FROM src) AS smallint)"
}

@test "MERGE: each arm, and rows that the source no longer has" {
	fold <<<'MERGE dst AS t USING src AS s ON t.id = s.id
		WHEN MATCHED AND s.v IS NULL THEN DELETE
		WHEN MATCHED THEN UPDATE SET v = s.v
		WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)
		WHEN NOT MATCHED BY SOURCE THEN UPDATE SET v = -1;'
	has "dbo.dst: exact, merge, reads previous"
	has "WHEN [s].[is_matched] IS NULL THEN CAST(-1 AS bigint)"
	has "THEN 1 WHEN [s].[is_matched] = 1 THEN 0"
	has "WHERE NOT EXISTS (SELECT 1 FROM [dbo].[dst] AS [t]"
}

@test "a log row and error handling are left out with a reason" {
	fold <<<'BEGIN TRY
		TRUNCATE TABLE dst
		INSERT dst SELECT id, v FROM src
		INSERT log (msg, n) VALUES (N'"'ok'"', @@ROWCOUNT)
		END TRY BEGIN CATCH PRINT 1 END CATCH'
	has "dbo.dst: exact"
	has_not "dbo.log:"
	has "left_out - a log row"
	has MIG4010
	has MIG4011
}

@test "a loop that reads what it writes, or that nothing ends: manual" {
	fold <<<'WHILE @a < 3 BEGIN INSERT dst SELECT MAX(id) + 1, 1 FROM dst
		SET @a = @a + 1 END'
	has "dbo.dst: manual"
	has "MIG4009 2:"
	fold <<<'WHILE 1 = 1 INSERT dst VALUES (1, 1)'
	has "dbo.dst: manual"
	has "MIG4001 2:"
}

@test "a loop is a row for each pass, its INSERT applied to them" {
	fold <<<'DECLARE @i int = 1, @sum int = 0; TRUNCATE TABLE dst
		WHILE @i <= @a BEGIN
			SET @sum += @i
			INSERT dst VALUES (@i, @sum)
			SET @i = @i + 1
		END
		INSERT dst VALUES (0, @sum)'
	has "dbo.dst: exact, truncate_insert"
	has "CAST([loop].[loop_i] + 1 AS int) AS int) AS [loop_i]"
	has "FROM [loop] WHERE ([loop].[loop_i] <= @a)"
	has "FROM [loop] CROSS APPLY (SELECT [loop].[loop_i] AS [c1]"
	has "(SELECT TOP (1) [loop].[loop_sum] FROM [loop] ORDER BY"
}

@test "rows that a later pass deletes don't stay" {
	fold <<<'WHILE @a < 9 BEGIN DELETE dst WHERE id = @a
		INSERT dst SELECT @a, COUNT(*) FROM src; SET @a += 2 END'
	has "dbo.dst: exact, delete_insert, reads previous"
	has "NOT EXISTS (SELECT 1 FROM [loop] WHERE (id = [loop].[loop_a])"
	has "[loop].[loop_no] > [dst].[made_in]"
}

@test "a cursor that carries nothing is a query of its rows" {
	fold <<<'DECLARE @i int, @v int, @w int; TRUNCATE TABLE dst
		DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT id, v FROM src
		OPEN c
		WHILE 1 = 1 BEGIN
			FETCH NEXT FROM c INTO @i, @v
			IF @@FETCH_STATUS <> 0 BREAK
			IF @v IS NULL CONTINUE
			SET @w = @v * 2
			INSERT dst VALUES (@i, @w)
		END
		CLOSE c DEALLOCATE c'
	has "dbo.dst: exact, truncate_insert"
	has "SELECT * FROM [cursor_rows]"
	has_not "UNION ALL"
	has "WHEN (([loop].[loop_c2] IS NULL)) THEN 1 ELSE 0 END = 0"
}

@test "a cursor with a running total goes from row to row, in an order" {
	cursor='DECLARE @i int, @v int, @t int = 0; TRUNCATE TABLE dst; OPEN c
		FETCH NEXT FROM c INTO @i, @v
		WHILE @@FETCH_STATUS = 0 BEGIN SET @t = @t + @v
			INSERT dst VALUES (@i, @t)
			FETCH NEXT FROM c INTO @i, @v END'
	fold <<<"DECLARE c CURSOR FOR SELECT id, v FROM src ORDER BY id; $cursor"
	has "dbo.dst: exact, truncate_insert"
	has "ON [next_row].[loop_no] = [loop].[loop_no] + 1"
	fold <<<"DECLARE c CURSOR FOR SELECT id, v FROM src ORDER BY v; $cursor"
	has "dbo.dst: differs"
	has MIG4002
}

@test "DELETE … OUTPUT INTO: the rows that go are put there" {
	fold <<<'TRUNCATE TABLE heap; DELETE dst
		OUTPUT deleted.id, 1 INTO heap (id, v) WHERE v < @a
		INSERT dst SELECT id, v FROM heap'
	has "dbo.dst: exact, delete_insert, reads previous"
	has "FROM [dbo].[dst] AS [dst] WHERE v < @a) AS [deleted]"
	fold <<<'DELETE dst OUTPUT deleted.id INTO keyed (v)'
	has "dbo.dst: manual"
}

@test "UPDATE and DELETE with a CTE that is not what they change" {
	fold <<<'WITH x AS (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM src)
		UPDATE d SET v = x.n FROM dst d JOIN x ON x.id = d.id;
		WITH y AS (SELECT MAX(v) AS m FROM dst)
		DELETE dst WHERE v = (SELECT m FROM y)'
	has "dbo.dst: exact, update, reads previous"
	has "[x] AS ("
	has "[y] AS ("
	fold <<<'WITH x AS (SELECT id, v FROM dst) DELETE x WHERE v = 1'
	has "1 delete 2-2 manual"
	has MIG4009
}

@test "a cursor may be ordered by what it does not fetch" {
	fold <<<'DECLARE @v int, @t int = 0; TRUNCATE TABLE heap
		DECLARE c CURSOR FOR SELECT v FROM src ORDER BY grp + 1, id
		OPEN c; FETCH NEXT FROM c INTO @v
		WHILE @@FETCH_STATUS = 0 BEGIN SET @t = @t + @v
			INSERT heap VALUES (@v, @t) FETCH NEXT FROM c INTO @v END'
	has "dbo.heap: exact, truncate_insert"
	has "ROW_NUMBER() OVER (ORDER BY grp + 1, id) AS [row_no]"
}

@test "SELECT @v by a key: one row, or the variable stays what it is" {
	fold <<<'DECLARE @x int = 7, @y int; TRUNCATE TABLE dst
		SELECT @x = v, @y = grp FROM src WHERE id = @a
		INSERT dst VALUES (@x, @y)'
	has "dbo.dst: exact, truncate_insert"
	has "EXISTS (SELECT 1 FROM src WHERE id = @a) THEN (SELECT v FROM src"
	has "(SELECT grp FROM src WHERE id = @a)"
	fold <<<'DECLARE @x int; TRUNCATE TABLE dst; SELECT @x = v FROM src
		INSERT dst VALUES (1, @x)'
	has "dbo.dst: manual"
}

@test "an UPDATE in a loop: the last pass that meets a row wins" {
	fold <<<'WHILE @a < 9 BEGIN UPDATE dst SET v = @a WHERE id < @a
		SET @a = @a + 1 END'
	has "dbo.dst: exact, update, reads previous"
	has "WHEN [hit].[is_hit] = 1 THEN [hit].[new_2] ELSE [dst].[v] END"
	has "ORDER BY [loop].[loop_no] DESC) AS [hit]"
	fold <<<'WHILE @a < 9 BEGIN UPDATE dst SET v = v + 1 WHERE id < @a
		SET @a = @a + 1 END'
	has "dbo.dst: manual"
}

@test "a text that is known whole is folded, with its parameters" {
	fold <<<"TRUNCATE TABLE dst; DECLARE @q nvarchar(max)
		SET @q = N'INSERT dst SELECT id, v FROM src WHERE grp = @x'
		EXEC sp_executesql @q, N'@x int', @x = @a"
	has "dbo.dst: exact, truncate_insert"
	has "WHERE grp = CAST(@a AS int)"
	has "4 exec 4-4 model"
}

@test "a text sees the temporary tables, and brings values back" {
	fold <<<"TRUNCATE TABLE dst; SELECT id, v INTO #t FROM src; DECLARE @m int
		EXEC ('DELETE #t WHERE v < 3')
		EXEC sp_executesql N'SELECT @o = MAX(v) FROM #t', N'@o int OUTPUT',
			@m OUTPUT
		INSERT dst SELECT id, @m FROM #t"
	has "dbo.dst: exact, truncate_insert"
	has "CASE WHEN v < 3 THEN 1 ELSE 0 END = 0"
	has "(SELECT MAX(v) FROM [t_kept] AS [#t])"
}

@test "INSERT … EXEC takes the rows that the procedure sends" {
	cat >>schema.sql <<'SQL'
CREATE PROCEDURE dbo.rows_of @g int, @least int = 5 AS
IF @g = 0 RETURN
SELECT id, v FROM src WHERE grp = @g AND v > @least
SELECT id, 0 FROM src WHERE v IS NULL
GO
SQL
	fold <<<'TRUNCATE TABLE dst; INSERT dst EXEC dbo.rows_of @a'
	has "dbo.dst: exact, truncate_insert"
	has "WHERE grp = CAST(@a AS int) AND v > CAST(5 AS int)"
	has "CASE WHEN CAST(@a AS int) = 0 THEN 1 ELSE 0 END = 0"
	has "FROM [sent_rows] UNION ALL"
}

@test "EXEC of an unknown text may write any table: all is manual" {
	fold <<<'TRUNCATE TABLE dst; INSERT dst SELECT id, v FROM src; EXEC (@a)'
	has "dbo.dst: manual"
	has MIG4007
}

@test "two tables of which one needs the other's older rows: manual" {
	fold <<<'INSERT dst SELECT v, 1 FROM keyed; INSERT keyed (v) SELECT id FROM src'
	has "dbo.dst: manual"
	has MIG4008
}

@test "a result set is a target of its own" {
	fold <<<'SELECT id, v FROM src WHERE v > @a'
	has "dbo.p: exact, result_set"
}

@test "every statement is in the ledger" {
	fold <<<'SET NOCOUNT ON
		BEGIN TRAN
		DELETE dst
		INSERT dst SELECT id, v FROM src
		COMMIT'
	is "$(grep -c '^[0-9]' <<<"$output")" 5
}

@test "a setting that changes what queries return is not left out" {
	fold <<<'SET ROWCOUNT 10
		SELECT id FROM src ORDER BY v DESC'
	has "dbo.p: manual"
	has MIG4009
	fold <<<'SET NOCOUNT ON
		SET ROWCOUNT 0
		SET ANSI_NULLS ON
		SELECT id FROM src'
	has "dbo.p: exact"
	fold <<<'SET ANSI_NULLS OFF
		SELECT id FROM src WHERE v = @a'
	has "dbo.p: manual"
}

@test "a variable that is set under a condition is a CASE" {
	fold <<<'DECLARE @m int = 1
		IF @a > 5 SET @m = 2 ELSE SELECT @m = 3
		SELECT id FROM src WHERE v = @m'
	has "dbo.p: exact"
	has "CASE WHEN (@a > 5) THEN CAST(2 AS int) ELSE CAST(1 AS int) END"
}

@test "a parameter that is corrected first" {
	fold <<<'IF @a IS NULL SET @a = 7
		SELECT id FROM src WHERE v = @a'
	has "v = CASE WHEN (@a IS NULL) THEN CAST(7 AS int) ELSE @a END"
}

@test "what a query needs and isn't known is a finding of its statement" {
	fold <<<'DECLARE @m int
		SELECT @m = v FROM src
		SELECT id FROM src WHERE v = @m'
	has "dbo.p: manual"
	has "MIG4009 4:"
}
