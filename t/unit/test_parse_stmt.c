#include "test.h"

#include "shape.h"

static void test_queries(void)
{
	stmts_are("SELECT a AS x, b y, z = c, 'q' = d, t.*, * FROM t",
	    "(select (select (item x a) (item y b) (item z c) (item q d) "
	    "(item t.*) (item *) (name t)))",
	    "all styles of alias");
	stmts_are("SELECT @a = b", "(select (select (item @a b)))",
	    "assignment to a variable");
	stmts_are("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3",
	    "(select (setop (select (item 1)) (setop (select (item 2)) "
	    "(select (item 3)))))",
	    "INTERSECT before UNION");
	stmts_are("SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3",
	    "(select (setop (setop-all (select (item 1)) (select (item 2))) "
	    "(select (item 3))))",
	    "UNION and EXCEPT from the left");
	stmts_are("WITH a (x) AS (SELECT 1), b AS (SELECT x FROM a) "
		  "SELECT * FROM b",
	    "(select (select (with (cte a (select (item 1))) (cte b (select "
	    "(item x) (name a)))) (item *) (name b)))",
	    "common table expressions");
	stmts_are("SELECT TOP (5) PERCENT WITH TIES a FROM t ORDER BY a DESC "
		  "OPTION (MAXDOP 1)",
	    "(select (select (top_clause 5) (item a) (name t) (order a) "
	    "(option 1)))",
	    "TOP, ORDER BY, OPTION");
	stmts_are("SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT @n ROWS "
		  "ONLY",
	    "(select (select (item a) (name t) (order a) 5 @n))",
	    "OFFSET and FETCH");
	stmts_are("SELECT a FROM t GROUP BY GROUPING SETS ((a, b), ROLLUP (c), "
		  "())",
	    "(select (select (item a) (name t) (group (group a b) (group "
	    "(group c)) (group))))",
	    "grouping sets");
	stmts_are("SELECT a FROM t FOR XML PATH('r'), TYPE, ROOT('x')",
	    "(select (select (item a) (name t) (for 'r' (option) (option "
	    "'x'))))",
	    "FOR XML");
	stmts_are("SELECT SUM(a) OVER w FROM t WINDOW w AS (ORDER BY b)",
	    "(select (select (item (call SUM a (over))) (name t) (over (order "
	    "b))))",
	    "the WINDOW clause");
	stmts_are(
	    "SELECT 1 FROM (SELECT TOP 1 a FROM t ORDER BY a UNION SELECT "
	    "TOP 2 b FROM u ORDER BY b) d",
	    "(select (select (item 1) (derived d (setop (select (top_clause 1) "
	    "(item a) (name t) (order a)) (select (top_clause 2) (item b) "
	    "(name u)) (order b)))))",
	    "ORDER BY before UNION is its operand's");
	stmts_are(
	    "SELECT TOP 1 a FROM t ORDER BY a UNION SELECT TOP 2 b FROM u "
	    "ORDER BY b EXCEPT SELECT 3",
	    "(select (setop (setop (select (top_clause 1) (item a) (name t) "
	    "(order a)) (select (top_clause 2) (item b) (name u) (order b))) "
	    "(select (item 3))))",
	    "so is one between two operators");
	stmts_are("SELECT %%physloc%%, 5 %%% 2 FROM t", "(opaque)",
	    "percent signs in a row are no operator");
	stmts_are("SELECT %%physloc%%, a%b FROM t",
	    "(select (select (item %%physloc%%) (item (arith% a b)) (name t)))",
	    "the place of a row");
	stmts_are("(SELECT 1) UNION (SELECT 2)",
	    "(select (setop (select (item 1)) (select (item 2))))",
	    "parentheses around queries");
}

static void test_from(void)
{
	stmts_are("SELECT 1 FROM a JOIN b ON x = y LEFT JOIN c ON z = w, d",
	    "(select (select (item 1) (join (join (name a) (name b) (compare= "
	    "x y)) (name c) (compare= z w)) (name d)))",
	    "joins from the left");
	stmts_are("SELECT 1 FROM a JOIN b JOIN c ON x = y ON z = w",
	    "(select (select (item 1) (join (name a) (join (name b) (name c) "
	    "(compare= x y)) (compare= z w))))",
	    "nested joins without parentheses");
	stmts_are("SELECT 1 FROM (a CROSS JOIN b) CROSS APPLY f(a.x) AS g (h)",
	    "(select (select (item 1) (join (join (name a) (name b)) (call g "
	    "(call f a.x)))))",
	    "parentheses and APPLY");
	stmts_are("SELECT 1 FROM (VALUES (1, 2), (3, 4)) v (a, b)",
	    "(select (select (item 1) (derived v (values 1 2 3 4))))",
	    "VALUES as a table");
	stmts_are("SELECT 1 FROM ((SELECT 1 AS a) UNION (SELECT 2)) AS d",
	    "(select (select (item 1) (derived d (setop (select (item a 1)) "
	    "(select (item 2))))))",
	    "a union in parentheses as a table");
	stmts_are("SELECT 1 FROM t AS a WITH (NOLOCK, INDEX (i)), u (NOLOCK)",
	    "(select (select (item 1) (name a t (option) (option (option))) "
	    "(name u (option))))",
	    "hints of both styles");
	stmts_are("SELECT 1 FROM t PIVOT (SUM(a) FOR b IN ([1], [2])) p",
	    "(select (select (item 1) (pivot p (name t) (call SUM a) b)))",
	    "PIVOT");
	stmts_are("SELECT 1 FROM t UNPIVOT (v FOR n IN (a, b)) u",
	    "(select (select (item 1) (unpivot u (name t) a b)))", "UNPIVOT");
	stmts_are("SELECT 1 FROM OPENJSON(@j, '$.a') WITH (x int '$.x', y "
		  "nvarchar(max) AS JSON) j",
	    "(select (select (item 1) (openjson j @j '$.a' (schema_col (dtype "
	    "int) '$.x') (schema_col (dtype nvarchar)))))",
	    "OPENJSON");
	stmts_are("SELECT 1 FROM t CROSS APPLY t.x.nodes('/a') n (c)",
	    "(select (select (item 1) (join (name t) (method n (method nodes "
	    "t.x '/a')))))",
	    "nodes()");
	stmts_are("SELECT 1 FROM t FOR SYSTEM_TIME AS OF @d AS h",
	    "(select (select (item 1) (name h t @d)))", "temporal");
	stmts_are("SELECT 1 FROM VECTOR_SEARCH(TABLE = t, COLUMN = c, "
		  "SIMILAR_TO = @q, METRIC = 'cosine') AS v WITH "
		  "(FORCE_ANN_ONLY)",
	    "(select (select (item 1) (predict v (option t) (option c) "
	    "(option @q) (option 'cosine') (option))))",
	    "a hint behind VECTOR_SEARCH");
	stmts_are("SELECT 1 FROM t a (1) INNER LOCAL MERGE JOIN u ON x = y",
	    "(select (select (item 1) (join (name a t (option)) (name u) "
	    "(compare= x y))))",
	    "hints of old servers");
	stmts_are("SELECT 1 FROM @t v",
	    "(select (select (item 1) (variable v)))", "a table variable");
}

static void test_dml(void)
{
	stmts_are("INSERT INTO t (a, b) VALUES (1, DEFAULT)",
	    "(insert (name t) a b (values 1 DEFAULT))", "INSERT VALUES");
	stmts_are(
	    "INSERT t DEFAULT VALUES", "(insert (name t))", "DEFAULT VALUES");
	stmts_are("INSERT dbo.f() SELECT 1 INSERT f(2) (a) VALUES (3)",
	    "(insert (call (call dbo.f)) (select (item 1))) (insert (call "
	    "(call f 2)) a (values 3))",
	    "INSERT into a function");
	stmts_are("INSERT t EXEC p 1",
	    "(insert (name t) (exec p (exec_arg 1)))", "INSERT EXEC");
	stmts_are("INSERT t (a) OUTPUT inserted.a INTO @o SELECT 1",
	    "(insert (name t) a (output (item inserted.a) (variable)) (select "
	    "(item 1)))",
	    "OUTPUT INTO");
	stmts_are("UPDATE x SET a = 1, @v = b += 2 FROM t x WHERE c = 3",
	    "(update (name x) (assign a 1) (assign b 2) (name x t) (compare= "
	    "c 3))",
	    "UPDATE FROM");
	stmts_are("UPDATE t SET c.WRITE('x', 0, 1)",
	    "(update (name t) (assign (method WRITE c 'x' 0 1)))", ".WRITE");
	stmts_are("DELETE TOP (1) FROM t WHERE CURRENT OF c",
	    "(delete (top_clause 1) (name t) (current_of))", "DELETE");
	stmts_are("MERGE INTO t AS a USING s AS b ON a.k = b.k WHEN MATCHED "
		  "AND b.x = 1 THEN UPDATE SET a.v = b.v WHEN NOT MATCHED THEN "
		  "INSERT (k) VALUES (b.k) WHEN NOT MATCHED BY SOURCE THEN "
		  "DELETE OUTPUT $action;",
	    "(merge (name a t) (name b s) (compare= a.k b.k) (merge_when "
	    "(compare= b.x 1) (assign a.v b.v)) (merge_when k b.k) "
	    "(merge_when) (output (item $action)))",
	    "MERGE");
	stmts_are("TRUNCATE TABLE dbo.t", "(truncate dbo.t)", "TRUNCATE");
	stmts_are("DELETE dbo.f(1) WHERE a = 2",
	    "(delete (call (call dbo.f 1)) (compare= a 2))",
	    "a function as target");
	stmts_are("WITH a AS (SELECT 1 AS x) DELETE FROM a",
	    "(delete (with (cte a (select (item x 1)))) (name a))",
	    "a CTE before DELETE");
}

static void test_procedural(void)
{
	stmts_are("DECLARE @a int = 1, @t TABLE (x int)",
	    "(declare (var_decl @a (dtype int) 1) (var_decl @t (table_def "
	    "(column_def x (dtype int)))))",
	    "DECLARE");
	stmts_are(
	    "SET @a += 1 SET NOCOUNT ON", "(set_var @a 1) (set_option)", "SET");
	stmts_are("IF @a = 1 SELECT 1; ELSE IF @a = 2 SELECT 2 ELSE SELECT 3",
	    "(if (compare= @a 1) (select (select (item 1))) (if (compare= @a "
	    "2) (select (select (item 2))) (select (select (item 3)))))",
	    "IF with a semicolon before ELSE");
	stmts_are("WHILE 1 = 1 BEGIN BREAK CONTINUE END",
	    "(while (compare= 1 1) (block (break) (continue)))", "WHILE");
	stmts_are("BEGIN TRY SELECT 1 END TRY BEGIN CATCH THROW END CATCH",
	    "(try (select (select (item 1))) (throw))", "TRY and CATCH");
	stmts_are(
	    "RAISERROR('x', 16, 1) WITH NOWAIT\nFETCH NEXT FROM c INTO @a",
	    "(raiserror 'x' 16 1 (option)) (cursor @a)",
	    "an option list ends where a statement begins");
	stmts_are("a: GOTO a", "(label a) (goto a)", "labels");
	stmts_are("EXEC @r = dbo.p @x = 1, @y OUTPUT, DEFAULT",
	    "(exec dbo.p (exec_arg 1) (exec_arg @y) (exec_arg DEFAULT))",
	    "EXEC");
	stmts_are("EXEC ('SELECT ' + @c) AT srv",
	    "(exec (arith+ 'SELECT ' @c) srv)", "EXEC of text");
	stmts_are("sp_help 't'", "(exec sp_help (exec_arg 't'))",
	    "a procedure without EXEC at the start of a batch");
	stmts_are("BEGIN TRAN COMMIT ROLLBACK TRANSACTION x",
	    "(tran) (tran) (tran x)", "transactions");
	stmts_are("DECLARE c CURSOR LOCAL FOR SELECT a FROM t FOR READ ONLY",
	    "(declare_cursor (select (item a) (name t)))", "a cursor");
	stmts_are("WAITFOR DELAY '00:00:01' PRINT 'x' RETURN 1",
	    "(waitfor '00:00:01') (print 'x') (return 1)",
	    "WAITFOR, PRINT, RETURN");
}

static void test_ddl(void)
{
	stmts_are(
	    "CREATE TABLE t (a int IDENTITY(1, 1) NOT NULL PRIMARY KEY, b "
	    "AS a + 1 PERSISTED, CONSTRAINT u UNIQUE (b), INDEX i (a))",
	    "(create_table t (table_def (column_def a (dtype int) 1 1 "
	    "(constraint)) (column_def b (arith+ a 1)) (constraint) "
	    "(index_def)))",
	    "CREATE TABLE");
	stmts_are("ALTER TABLE t WITH NOCHECK ADD CONSTRAINT f FOREIGN KEY (a) "
		  "REFERENCES u (b) ON DELETE CASCADE",
	    "(alter_table t (alter_action (table_def (constraint u))))",
	    "ALTER TABLE");
	stmts_are("CREATE OR ALTER VIEW v (x) WITH SCHEMABINDING AS SELECT a "
		  "FROM t WITH CHECK OPTION",
	    "(create_view v (option) (select (item a) (name t)))",
	    "CREATE VIEW");
	stmts_are("CREATE PROC p @a int = 1 OUTPUT AS SET NOCOUNT ON SELECT @a",
	    "(create_procedure p (param @a (dtype int) 1) (set_option) "
	    "(select (select (item @a))))",
	    "CREATE PROCEDURE");
	stmts_are("CREATE FUNCTION f (@a int) RETURNS TABLE AS RETURN (SELECT "
		  "@a AS x)",
	    "(create_function f (param @a (dtype int)) (select (item x @a)))",
	    "an inline function");
	stmts_are("CREATE FUNCTION f () RETURNS int AS BEGIN RETURN 1 END",
	    "(create_function f (dtype int) (block (return 1)))",
	    "a scalar function");
	stmts_are("CREATE TRIGGER r ON t AFTER INSERT, UPDATE AS PRINT 'x'",
	    "(create_trigger r t (print 'x'))", "CREATE TRIGGER");
	stmts_are("CREATE UNIQUE INDEX i ON t (a DESC) INCLUDE (b) WHERE a > 1",
	    "(create_index (index_def t (compare> a 1)))", "CREATE INDEX");
	stmts_are("CREATE TYPE dbo.x FROM int NOT NULL",
	    "(create_type dbo.x (dtype int))", "CREATE TYPE");
	stmts_are("CREATE SEQUENCE s START WITH 1 INCREMENT BY 2 NO CYCLE",
	    "(create_sequence s (option 1) (option 2) (option))",
	    "CREATE SEQUENCE");
	stmts_are("CREATE SYNONYM a FOR b.c.d", "(create_synonym a b.c.d)",
	    "CREATE SYNONYM");
	stmts_are("DROP TABLE IF EXISTS a, b", "(drop a b)", "DROP");
	stmts_are("GRANT SELECT (a), UPDATE ON OBJECT::dbo.t TO u WITH GRANT "
		  "OPTION",
	    "(grant (option) (option) dbo.t u)", "GRANT");
	stmts_are("DBCC FREEPROCCACHE SELECT 1",
	    "(command FREEPROCCACHE) (select (select (item 1)))",
	    "nor does it swallow a query on its line");
	stmts_are("ALTER DATABASE d\nSET RECOVERY SIMPLE\nSELECT 1",
	    "(object d (option SIMPLE)) (select (select (item 1)))",
	    "the long tail ends where a statement begins");
	stmts_are("CREATE TABLE t WITH (DISTRIBUTION = HASH(a)) AS SELECT 1 AS "
		  "a",
	    "(create_table t (option HASH (option)) (select (item a 1)))",
	    "CTAS");
}

int main(void)
{
	test_queries();
	test_from();
	test_dml();
	test_procedural();
	test_ddl();
	return test_done();
}
