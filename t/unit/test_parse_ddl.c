#include "test.h"

#include "shape.h"

/*
 * The trees of DDL and administration: the shape of shape.h with what the
 * statement's own fields say (words in brackets) and the names of options.
 */

static const char *const verb[] = {
    "", "create", "alter", "create-or-alter", "drop", "", "", "", "other"};

static void words(struct shape *s, struct tsql_span span)
{
	if (span.len)
		buf_addf(&s->out, " [%.*s]", (int)span.len, s->src + span.off);
}

static void names(struct shape *s, const struct tsql_names *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		shape_name(&s->out, &list->v[i]);
}

static void flag(struct shape *s, bool on, const char *what)
{
	if (on)
		buf_addf(&s->out, " [%s]", what);
}

static void key_columns(struct shape *s, const struct tsql_key_cols *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		shape_name(&s->out, &list->v[i].name);
}

static void index_head(struct shape *s, const struct tsql_index_def *d)
{
	words(s, d->flavour);
	shape_name(&s->out, &d->name);
	key_columns(s, &d->columns);
}

static void alter_head(struct shape *s, const struct tsql_alter_action *a)
{
	static const char *const what[] = {"add", "column", "drop", "check",
	    "nocheck", "trigger", "switch", "rebuild", "set", "change-tracking",
	    "split", "merge", "index", "other"};

	buf_addf(&s->out, " [%s]", what[a->what]);
	flag(s, a->all, "all");
	flag(s, a->enable, "enable");
	names(s, &a->names);
}

static void partition_head(struct shape *s, const struct tsql_stmt *st)
{
	if (st->h.kind == TSQL_S_PARTITION_FUNCTION) {
		shape_name(&s->out, &st->u.partition_function.name);
		flag(s, st->u.partition_function.right == 1, "right");
		flag(s, st->u.partition_function.right == 0, "left");
		flag(s, st->u.partition_function.split, "split");
		flag(s, st->u.partition_function.merge, "merge");
	} else {
		shape_name(&s->out, &st->u.partition_scheme.name);
		shape_name(&s->out, &st->u.partition_scheme.function);
		flag(s, st->u.partition_scheme.all, "all");
		names(s, &st->u.partition_scheme.filegroups);
	}
}

static void stmt_head(struct shape *s, const struct tsql_stmt *st)
{
	switch (st->h.kind) {
	case TSQL_S_OBJECT:
	case TSQL_S_COMMAND:
		if (st->verb == TSQL_OTHER_VERB)
			words(s, st->u.other.what);
		else
			buf_addf(&s->out, " [%s %s]", verb[st->verb],
			    tsql_class_name(st->u.other.class));
		flag(s, st->u.other.if_exists, "if exists");
		break;
	case TSQL_S_ALTER_INDEX:
		shape_name(&s->out, &st->u.alter_index.name);
		words(s, st->u.alter_index.action_text);
		break;
	case TSQL_S_PARTITION_FUNCTION:
	case TSQL_S_PARTITION_SCHEME: partition_head(s, st); break;
	case TSQL_S_UPDATE_STATISTICS:
		names(s, &st->u.update_statistics.names);
		break;
	case TSQL_S_CREATE_STATISTICS:
		shape_name(&s->out, &st->u.statistics.name);
		break;
	case TSQL_S_AUTHORIZATION:
	case TSQL_S_TRANSFER:
		words(s, st->u.owner.object_class);
		shape_name(&s->out, &st->u.owner.owner);
		break;
	case TSQL_S_ENABLE_TRIGGER:
		flag(s, st->u.enable_trigger.enable, "enable");
		flag(s, st->u.enable_trigger.all, "all");
		flag(s, st->u.enable_trigger.database, "database");
		flag(s, st->u.enable_trigger.all_server, "all server");
		break;
	case TSQL_S_SECURITY_POLICY: flag(s, true, verb[st->verb]); break;
	case TSQL_S_GRANT: words(s, st->u.grant.object_class); break;
	case TSQL_S_DROP:
		words(s, st->u.drop.object);
		flag(s, st->u.drop.if_exists, "if exists");
		break;
	}
}

static bool ddl_enter(void *ctx, const struct tsql_node *h)
{
	struct shape *s = ctx;
	const struct tsql_policy_predicate *q = (const void *)h;

	if (!shape_enter(s, h))
		return false;
	if (h->kind >= TSQL_S_OPAQUE && h->kind <= TSQL_S_SQLCMD)
		stmt_head(s, (const void *)h);
	else if (h->kind == TSQL_OPTION)
		words(s, ((const struct tsql_option *)h)->name);
	else if (h->kind == TSQL_INDEX_DEF)
		index_head(s, (const void *)h);
	else if (h->kind == TSQL_ALTER_ACTION)
		alter_head(s, (const void *)h);
	else if (h->kind == TSQL_POLICY_PREDICATE) {
		buf_addf(&s->out, " [%s %s]", verb[q->verb],
		    q->block ? "block" : "filter");
		words(s, q->when);
	}
	return true;
}

static void ddl_is(const char *sql, const char *expected)
{
	struct arena a = ARENA_INIT;
	struct shape s = {BUF_INIT, sql};
	struct tsql_module *m = tsql_parse(&a, sql, strlen(sql), NULL);
	uint32_t i, k;

	for (i = 0; i < m->nbatch; i++)
		for (k = 0; k < m->batch[i]->stmts.n; k++)
			tsql_walk(&m->batch[i]->stmts.v[k]->h, ddl_enter,
			    shape_leave, &s);
	test_str(buf_str(&s.out), expected, sql);
	buf_release(&s.out);
	arena_release(&a);
}

static void test_index(void)
{
	ddl_is("CREATE PRIMARY XML INDEX ix ON dbo.t (x) WITH (PAD_INDEX = ON)",
	    "(create_index (index_def [PRIMARY XML] ix x dbo.t (option (option "
	    "[PAD_INDEX] ON))))");
	ddl_is("CREATE XML INDEX ix ON t (x) USING XML INDEX px FOR PATH",
	    "(create_index (index_def [XML] ix x t (option [USING XML INDEX] "
	    "px) (option [FOR PATH])))");
	ddl_is("CREATE SELECTIVE XML INDEX ix ON t (x) FOR (p = '/a/b' AS SQL "
	       "int SINGLETON)",
	    "(create_index (index_def [SELECTIVE XML] ix x t (option [FOR] "
	    "(option [p] '/a/b') (option [AS] SQL) (option [int] "
	    "SINGLETON))))");
	ddl_is("CREATE SPATIAL INDEX ix ON t (g) USING GEOMETRY_GRID WITH "
	       "(BOUNDING_BOX = (0, 0, 5, 5))",
	    "(create_index (index_def [SPATIAL] ix g t (option [USING] "
	    "GEOMETRY_GRID) (option (option [BOUNDING_BOX] (option 0) (option "
	    "0) (option 5) (option 5)))))");
	ddl_is("CREATE VECTOR INDEX ix ON t (v) WITH (METRIC = 'cosine', TYPE "
	       "= 'diskann')",
	    "(create_index (index_def [VECTOR] ix v t (option (option [METRIC] "
	    "'cosine') (option [TYPE] 'diskann'))))");
	ddl_is("CREATE JSON INDEX ix ON t (j) FOR ('$.a', '$.b')",
	    "(create_index (index_def [JSON] ix j t (option [FOR] (option "
	    "'$.a') (option '$.b'))))");
	ddl_is("ALTER INDEX ALL ON dbo.t REBUILD PARTITION = ALL WITH "
	       "(FILLFACTOR = 80, ONLINE = ON)",
	    "(alter_index [REBUILD] dbo.t ALL (option (option [FILLFACTOR] 80) "
	    "(option [ONLINE] ON)))");
	ddl_is("ALTER INDEX ix ON t REORGANIZE PARTITION = 3",
	    "(alter_index ix [REORGANIZE] t 3)");
	ddl_is("ALTER INDEX ix ON t SET (IGNORE_DUP_KEY = ON)",
	    "(alter_index ix [SET] t (option (option [IGNORE_DUP_KEY] ON)))");
	ddl_is("ALTER INDEX ix ON t DISABLE", "(alter_index ix [DISABLE] t)");
	ddl_is("CREATE FULLTEXT INDEX ON t (a LANGUAGE 1033, b) KEY INDEX pk "
	       "ON cat WITH CHANGE_TRACKING AUTO",
	    "(object [create FULLTEXT INDEX] (option [ON] t (option [a "
	    "LANGUAGE] 1033) (option [b])) (option [KEY INDEX] pk) (option "
	    "[ON] cat) (option [CHANGE_TRACKING AUTO]))");
	ddl_is("CREATE STATISTICS s ON t (a, b) WHERE a > 1 WITH FULLSCAN, "
	       "INCREMENTAL = ON",
	    "(create_statistics s t a b (compare> a 1) (option [FULLSCAN]) "
	    "(option [INCREMENTAL] ON))");
	ddl_is("UPDATE STATISTICS t (s1, s2) WITH RESAMPLE ON PARTITIONS (1, 3 "
	       "TO 7), NORECOMPUTE",
	    "(update_statistics s1 s2 t (option [RESAMPLE ON PARTITIONS] "
	    "(option 1) (option 3) (option [TO] 7)) (option [NORECOMPUTE]))");
	ddl_is("UPDATE STATISTICS dbo.t ix", "(update_statistics ix dbo.t)");
	ddl_is("CREATE PARTITION FUNCTION pf (datetime2(0)) AS RANGE RIGHT FOR "
	       "VALUES ('2024-01-01', '2025-01-01')",
	    "(partition_function pf [right] (dtype datetime2) '2024-01-01' "
	    "'2025-01-01')");
	ddl_is("ALTER PARTITION FUNCTION pf() SPLIT RANGE (5)",
	    "(partition_function pf [split] 5)");
	ddl_is("ALTER PARTITION FUNCTION pf() MERGE RANGE ('2024-01-01')",
	    "(partition_function pf [merge] '2024-01-01')");
	ddl_is("CREATE PARTITION SCHEME ps AS PARTITION pf ALL TO ([PRIMARY])",
	    "(partition_scheme ps pf [all] PRIMARY)");
	ddl_is("CREATE PARTITION SCHEME ps AS PARTITION pf TO (a, b, 'c')",
	    "(partition_scheme ps pf a b c)");
	ddl_is("ALTER PARTITION SCHEME ps NEXT USED fg",
	    "(partition_scheme ps fg)");
}

static void test_alter(void)
{
	ddl_is(
	    "ALTER TABLE a SWITCH PARTITION 1 TO b PARTITION $PARTITION.pf(3) "
	    "WITH (WAIT_AT_LOW_PRIORITY (MAX_DURATION = 1))",
	    "(alter_table a (alter_action [switch] 1 b (call $PARTITION.pf 3) "
	    "(option [WAIT_AT_LOW_PRIORITY] (option [MAX_DURATION] 1))))");
	ddl_is("ALTER TABLE a SWITCH TO b",
	    "(alter_table a (alter_action [switch] b))");
	ddl_is("ALTER TABLE a REBUILD PARTITION = ALL WITH (DATA_COMPRESSION = "
	       "PAGE ON PARTITIONS (1 TO 3))",
	    "(alter_table a (alter_action [rebuild] [all] ALL (option "
	    "[DATA_COMPRESSION] PAGE (option 1))))");
	ddl_is("ALTER TABLE a SPLIT RANGE ('2025')",
	    "(alter_table a (alter_action [split] '2025'))");
	ddl_is("ALTER TABLE a MERGE RANGE (5)",
	    "(alter_table a (alter_action [merge] 5))");
	ddl_is("ALTER TABLE a ALTER INDEX ix REBUILD WITH (BUCKET_COUNT = 100)",
	    "(alter_table a (alter_action [index] ix (option [REBUILD]) "
	    "(option (option [BUCKET_COUNT] 100))))");
	ddl_is("ALTER TABLE a ENABLE FILETABLE_NAMESPACE",
	    "(alter_table a (alter_action [other] [enable] (option "
	    "[FILETABLE_NAMESPACE])))");
	ddl_is("ALTER TABLE a SET (SYSTEM_VERSIONING = ON (HISTORY_TABLE = "
	       "dbo.h, HISTORY_RETENTION_PERIOD = 6 MONTHS))",
	    "(alter_table a (alter_action [set] (option [SYSTEM_VERSIONING] ON "
	    "(option [HISTORY_TABLE] dbo) (option [HISTORY_RETENTION_PERIOD] "
	    "6))))");
	ddl_is("ALTER TABLE a DISABLE TRIGGER ALL",
	    "(alter_table a (alter_action [trigger] [all]))");
	ddl_is("ALTER TABLE a ENABLE CHANGE_TRACKING WITH "
	       "(TRACK_COLUMNS_UPDATED = ON)",
	    "(alter_table a (alter_action [change-tracking] [enable] (option "
	    "[TRACK_COLUMNS_UPDATED] ON)))");
	ddl_is("ALTER TABLE a NOCHECK CONSTRAINT x, y",
	    "(alter_table a (alter_action [nocheck] x y))");
}

static void test_security(void)
{
	ddl_is("CREATE SECURITY POLICY s.p ADD FILTER PREDICATE s.f(a) ON "
	       "dbo.t, ADD BLOCK PREDICATE s.f(a) ON dbo.t AFTER INSERT WITH "
	       "(STATE = ON) NOT FOR REPLICATION",
	    "(security_policy [create] s.p (policy_predicate [create filter] "
	    "(call s.f a) dbo.t) (policy_predicate [create block] [AFTER "
	    "INSERT] (call s.f a) dbo.t) (option [STATE] ON))");
	ddl_is("ALTER SECURITY POLICY p DROP FILTER PREDICATE ON t, ALTER "
	       "BLOCK PREDICATE f(b) ON u BEFORE DELETE",
	    "(security_policy [alter] p (policy_predicate [drop filter] t) "
	    "(policy_predicate [alter block] [BEFORE DELETE] (call f b) u))");
	ddl_is("ALTER SECURITY POLICY p WITH (STATE = OFF)",
	    "(security_policy [alter] p (option [STATE] OFF))");
	ddl_is("ALTER AUTHORIZATION ON SCHEMA::s TO SCHEMA OWNER",
	    "(authorization [SCHEMA] OWNER s)");
	ddl_is("ALTER AUTHORIZATION ON dbo.t TO u", "(authorization u dbo.t)");
	ddl_is(
	    "ALTER SCHEMA s TRANSFER TYPE::dbo.x", "(transfer [TYPE] s dbo.x)");
	ddl_is("ALTER SCHEMA s TRANSFER dbo.t", "(transfer s dbo.t)");
	ddl_is("ENABLE TRIGGER a, dbo.b ON dbo.t",
	    "(enable_trigger [enable] a dbo.b dbo.t)");
	ddl_is("DISABLE TRIGGER ALL ON ALL SERVER",
	    "(enable_trigger [all] [all server])");
	ddl_is(
	    "DISABLE TRIGGER a ON DATABASE", "(enable_trigger [database] a)");
	ddl_is("GRANT SELECT, UPDATE (a) ON OBJECT::dbo.t TO r, PUBLIC WITH "
	       "GRANT OPTION AS dbo",
	    "(grant [OBJECT] (option [SELECT]) (option [UPDATE]) dbo.t r "
	    "PUBLIC dbo)");
	ddl_is("DENY VIEW DEFINITION ON SCHEMA::s TO u CASCADE",
	    "(grant [SCHEMA] (option [VIEW DEFINITION]) s u)");
	ddl_is("REVOKE GRANT OPTION FOR EXECUTE ON dbo.p FROM u",
	    "(grant (option [EXECUTE]) dbo.p u)");
}

static void test_load(void)
{
	ddl_is("BULK INSERT dbo.t FROM 'f.csv' WITH (FORMAT = 'CSV', FIRSTROW "
	       "= 2, FIELDTERMINATOR = ',', ORDER (a ASC, b))",
	    "(bulk_insert dbo.t 'f.csv' (option [FORMAT] 'CSV') (option "
	    "[FIRSTROW] 2) (option [FIELDTERMINATOR] ',') (option [ORDER] "
	    "(option [a ASC]) (option [b])))");
	ddl_is("INSERT BULK dbo.t (a int, b nvarchar(10) COLLATE "
	       "Latin1_General_BIN2) WITH (TABLOCK)",
	    "(bulk_insert dbo.t (table_def (column_def a (dtype int)) "
	    "(column_def b (dtype nvarchar))) (option [TABLOCK]))");
	ddl_is("COPY INTO dbo.t (a DEFAULT 5 1, b) FROM 'https://x/a.csv', "
	       "'https://x/b.csv' WITH (FILE_TYPE = 'CSV', CREDENTIAL = "
	       "(IDENTITY = 'Managed Identity'))",
	    "(copy_into dbo.t a b 'https://x/a.csv' 'https://x/b.csv' (option "
	    "[FILE_TYPE] 'CSV') (option [CREDENTIAL] (option [IDENTITY] "
	    "'Managed Identity')))");
}

static void test_object(void)
{
	ddl_is("CREATE EXTERNAL DATA SOURCE ds WITH (TYPE = HADOOP, LOCATION = "
	       "'abfss://c@a', CREDENTIAL = cr)",
	    "(object [create EXTERNAL DATA SOURCE] ds (option (option [TYPE] "
	    "HADOOP) (option [LOCATION] 'abfss://c@a') (option [CREDENTIAL] "
	    "cr)))");
	ddl_is(
	    "CREATE EXTERNAL FILE FORMAT ff WITH (FORMAT_TYPE = DELIMITEDTEXT, "
	    "FORMAT_OPTIONS (FIELD_TERMINATOR = '|', FIRST_ROW = 2))",
	    "(object [create EXTERNAL FILE FORMAT] ff (option (option "
	    "[FORMAT_TYPE] DELIMITEDTEXT) (option [FORMAT_OPTIONS] (option "
	    "[FIELD_TERMINATOR] '|') (option [FIRST_ROW] 2))))");
	ddl_is("DROP EXTERNAL DATA SOURCE ds",
	    "(object [drop EXTERNAL DATA SOURCE] ds)");
	ddl_is("CREATE XML SCHEMA COLLECTION dbo.c AS N'<xsd/>'",
	    "(object [create XML SCHEMA COLLECTION] dbo.c N'<xsd/>')");
	ddl_is("CREATE DEFAULT d AS 1 + 2",
	    "(object [create DEFAULT] d (arith+ 1 2))");
	ddl_is("CREATE RULE r AS @x > 1",
	    "(object [create RULE] r (compare> @x 1))");
	ddl_is("CREATE ROLE r AUTHORIZATION dbo",
	    "(object [create ROLE] r (option [AUTHORIZATION] dbo))");
	ddl_is("ALTER ROLE r ADD MEMBER u",
	    "(object [alter ROLE] r (option [ADD MEMBER] u))");
	ddl_is("CREATE LOGIN l WITH PASSWORD = 'x' MUST_CHANGE, "
	       "DEFAULT_DATABASE = db, CHECK_POLICY = ON",
	    "(object [create LOGIN] l (option [PASSWORD] 'x') (option "
	    "[MUST_CHANGE]) (option [DEFAULT_DATABASE] db) (option "
	    "[CHECK_POLICY] ON))");
	ddl_is("CREATE LOGIN [d\\u] FROM WINDOWS",
	    "(object [create LOGIN] d\\u (option [FROM] WINDOWS))");
	ddl_is("CREATE USER u FOR LOGIN l WITH DEFAULT_SCHEMA = dbo",
	    "(object [create USER] u (option [FOR LOGIN] l) (option "
	    "[DEFAULT_SCHEMA] dbo))");
	ddl_is("DROP USER IF EXISTS u", "(object [drop USER] [if exists] u)");
	ddl_is("CREATE DATABASE d ON PRIMARY (NAME = a, FILENAME = 'a.mdf', "
	       "SIZE = 10 MB, FILEGROWTH = 10 %) LOG ON (NAME = b) COLLATE "
	       "Latin1_General_CI_AS",
	    "(object [create DATABASE] d (option [ON PRIMARY] (option [NAME] "
	    "a) (option [FILENAME] 'a.mdf') (option [SIZE] 10) (option "
	    "[FILEGROWTH] 10)) (option [LOG ON] (option [NAME] b)) (option "
	    "[COLLATE] Latin1_General_CI_AS))");
	ddl_is("ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 160",
	    "(object [alter DATABASE] CURRENT (option [SET "
	    "COMPATIBILITY_LEVEL] 160))");
	ddl_is(
	    "ALTER DATABASE d ADD FILEGROUP fg CONTAINS MEMORY_OPTIMIZED_DATA",
	    "(object [alter DATABASE] d (option [ADD FILEGROUP] fg) (option "
	    "[CONTAINS] MEMORY_OPTIMIZED_DATA))");
	ddl_is("DROP DATABASE IF EXISTS a, b",
	    "(object [drop DATABASE] [if exists] a (option [b]))");
	ddl_is("CREATE DATABASE SCOPED CREDENTIAL c WITH IDENTITY = 'x', "
	       "SECRET = 'y'",
	    "(object [create DATABASE SCOPED CREDENTIAL] c (option [IDENTITY] "
	    "'x') (option [SECRET] 'y'))");
	ddl_is("CREATE MASTER KEY ENCRYPTION BY PASSWORD = 'x'",
	    "(object [create MASTER KEY] (option [ENCRYPTION BY PASSWORD] "
	    "'x'))");
	ddl_is("ALTER FULLTEXT INDEX ON t\n SET SEARCH PROPERTY LIST OFF WITH "
	       "NO POPULATION\nSET NOCOUNT ON",
	    "(object [alter FULLTEXT INDEX] (option [ON] t) (option [SET "
	    "SEARCH "
	    "PROPERTY] LIST) (option [OFF]) (option [NO POPULATION])) "
	    "(set_option)");
	ddl_is("CREATE DIAGNOSTICS SESSION d AS N'<Session/>'; DROP "
	       "DIAGNOSTICS SESSION d",
	    "(object [create DIAGNOSTICS SESSION] d N'<Session/>') (object "
	    "[drop DIAGNOSTICS SESSION] d)");
	ddl_is("CREATE REMOTE TABLE a.b.c AT ('Data Source = x') WITH "
	       "(BATCH_SIZE = 9) AS SELECT 1 x",
	    "(create_table a.b.c (option [BATCH_SIZE] 9) (select (item x "
	    "1)))");
	ddl_is("CREATE FULLTEXT CATALOG c AS DEFAULT",
	    "(object [create FULLTEXT CATALOG] c (option [AS DEFAULT]))");
	ddl_is("CREATE QUEUE q WITH STATUS = ON, ACTIVATION (PROCEDURE_NAME = "
	       "p, EXECUTE AS SELF)",
	    "(object [create QUEUE] q (option [STATUS] ON) (option "
	    "[ACTIVATION] (option [PROCEDURE_NAME] p) (option [EXECUTE AS] "
	    "SELF)))");
	ddl_is("CREATE SERVICE s ON QUEUE q (c)",
	    "(object [create SERVICE] s (option [ON QUEUE] q (option [c])))");
	ddl_is("CREATE MESSAGE TYPE m VALIDATION = WELL_FORMED_XML",
	    "(object [create MESSAGE TYPE] m (option [VALIDATION] "
	    "WELL_FORMED_XML))");
	ddl_is("CREATE AVAILABILITY GROUP g WITH (AUTOMATED_BACKUP_PREFERENCE "
	       "= SECONDARY) FOR DATABASE d REPLICA ON 's' WITH (FAILOVER_MODE "
	       "= AUTOMATIC)",
	    "(object [create AVAILABILITY GROUP] g (option (option "
	    "[AUTOMATED_BACKUP_PREFERENCE] SECONDARY)) (option [FOR DATABASE] "
	    "d) (option [REPLICA ON] 's') (option (option [FAILOVER_MODE] "
	    "AUTOMATIC)))");
	ddl_is("CREATE EVENT SESSION e ON SERVER ADD EVENT "
	       "sqlserver.sql_statement_completed (ACTION (sqlserver.sql_text) "
	       "WHERE duration > 5)",
	    "(object [create EVENT SESSION] e (option [ON SERVER ADD EVENT] "
	    "sqlserver.sql_statement_completed (option [ACTION] (option "
	    "sqlserver.sql_text)) (option [WHERE] duration) (option 5)))");
	ddl_is("ALTER RESOURCE GOVERNOR RECONFIGURE",
	    "(object [alter RESOURCE GOVERNOR] (option [RECONFIGURE]))");
	ddl_is("CREATE WORKLOAD GROUP g WITH (IMPORTANCE = HIGH) USING p",
	    "(object [create WORKLOAD GROUP] g (option (option [IMPORTANCE] "
	    "HIGH)) (option [USING] p))");
	ddl_is(
	    "CREATE AGGREGATE dbo.a (@x int) RETURNS int EXTERNAL NAME asm.c",
	    "(object [create AGGREGATE] dbo.a (option (option @x) (option "
	    "[int])) (option [RETURNS] int) (option [EXTERNAL NAME] asm.c))");
	ddl_is("CREATE COLUMN MASTER KEY k WITH (KEY_PATH = 'x')",
	    "(object [create COLUMN MASTER KEY] k (option (option [KEY_PATH] "
	    "'x')))");
	ddl_is("CREATE CERTIFICATE c WITH SUBJECT = 'x'",
	    "(object [create CERTIFICATE] c (option [SUBJECT] 'x'))");
}

static void test_command(void)
{
	ddl_is("BACKUP DATABASE d TO DISK = 'x.bak' WITH INIT, STATS = 10",
	    "(command [BACKUP DATABASE] d (option [TO DISK] 'x.bak') (option "
	    "[INIT]) (option [STATS] 10))");
	ddl_is(
	    "RESTORE DATABASE d FROM DISK = 'x' WITH MOVE 'a' TO 'b', REPLACE",
	    "(command [RESTORE DATABASE] d (option [FROM DISK] 'x') (option "
	    "[MOVE] 'a') (option [TO] 'b') (option [REPLACE]))");
	ddl_is("RESTORE FILELISTONLY FROM DISK = 'x'",
	    "(command [RESTORE FILELISTONLY] (option [FROM DISK] 'x'))");
	ddl_is("DBCC CHECKDB ('d') WITH NO_INFOMSGS",
	    "(command [DBCC] CHECKDB (option (option 'd')) (option "
	    "[NO_INFOMSGS]))");
	ddl_is("KILL 53 WITH STATUSONLY",
	    "(command [KILL] (option 53) (option [STATUSONLY]))");
	ddl_is("CHECKPOINT", "(command [CHECKPOINT])");
	ddl_is("RECONFIGURE WITH OVERRIDE",
	    "(command [RECONFIGURE] (option [OVERRIDE]))");
	ddl_is(
	    "SHUTDOWN WITH NOWAIT", "(command [SHUTDOWN] (option [NOWAIT]))");
	ddl_is("EXECUTE AS USER = 'u'",
	    "(command [EXECUTE] (option [AS USER] 'u'))");
	ddl_is("REVERT", "(command [REVERT])");
	ddl_is("OPEN SYMMETRIC KEY k DECRYPTION BY CERTIFICATE c",
	    "(command [OPEN SYMMETRIC KEY] k (option [DECRYPTION BY "
	    "CERTIFICATE] c))");
	ddl_is("ADD SENSITIVITY CLASSIFICATION TO dbo.t.a WITH (LABEL = 'x', "
	       "RANK = HIGH)",
	    "(command [ADD SENSITIVITY CLASSIFICATION] (option [TO] dbo.t.a) "
	    "(option (option [LABEL] 'x') (option [RANK] HIGH)))");
	ddl_is("RENAME OBJECT dbo.a TO b",
	    "(command [RENAME OBJECT] dbo.a (option [TO] b))");
	ddl_is("DUMP DATABASE d TO DISK = 'x'",
	    "(command [DUMP DATABASE] d (option [TO DISK] 'x'))");
	ddl_is("USE FEDERATION f (d = 5) WITH RESET, FILTERING = ON",
	    "(command [USE FEDERATION] f (option (option [d] 5)) (option "
	    "[RESET]) (option [FILTERING] ON))");
	ddl_is("BEGIN DIALOG CONVERSATION @h FROM SERVICE a TO SERVICE 'b' ON "
	       "CONTRACT c WITH ENCRYPTION = OFF",
	    "(command [BEGIN DIALOG CONVERSATION] (option @h) (option [FROM "
	    "SERVICE] a) (option [TO SERVICE] 'b') (option [ON CONTRACT] c) "
	    "(option [ENCRYPTION] OFF))");
	ddl_is("CREATE DATABASE AUDIT SPECIFICATION a FOR SERVER AUDIT s ADD "
	       "(SELECT ON OBJECT::dbo.t BY u), DROP (x) WITH (STATE = ON)",
	    "(object [create DATABASE AUDIT SPECIFICATION] a (option [FOR "
	    "SERVER AUDIT] s) (option [ADD] (option [SELECT ON OBJECT] dbo.t) "
	    "(option [BY] u)) (option [DROP] (option [x])) (option (option "
	    "[STATE] ON)))");
	ddl_is("CREATE FROBNICATOR x", "(opaque)");
}

static void test_drop(void)
{
	ddl_is("DROP TABLE IF EXISTS a, dbo.b",
	    "(drop [TABLE] [if exists] a dbo.b)");
	ddl_is("DROP INDEX ix ON t WITH (ONLINE = ON)",
	    "(drop [INDEX] ix t (option [ONLINE] ON))");
	ddl_is("DROP PARTITION FUNCTION pf",
	    "(object [drop PARTITION FUNCTION] pf)");
	ddl_is("DROP SECURITY POLICY IF EXISTS s.p",
	    "(object [drop SECURITY POLICY] [if exists] s.p)");
	ddl_is("DROP XML SCHEMA COLLECTION dbo.c",
	    "(object [drop XML SCHEMA COLLECTION] dbo.c)");
	ddl_is("DROP FULLTEXT INDEX ON t",
	    "(object [drop FULLTEXT INDEX] (option [ON] t))");
}

static void test_lines(void)
{
	ddl_is("ALTER ROLE r\nDROP MEMBER u\nDROP TABLE t",
	    "(object [alter ROLE] r (option [DROP MEMBER] u)) (drop [TABLE] "
	    "t)");
	ddl_is("ALTER DATABASE SCOPED CONFIGURATION FOR SECONDARY\nSET MAXDOP "
	       "= 4\nSET NOCOUNT ON",
	    "(object [alter DATABASE SCOPED CONFIGURATION] (option [FOR] "
	    "SECONDARY) (option [SET MAXDOP] 4)) (set_option)");
	ddl_is("ALTER EVENT SESSION e ON SERVER\nDROP EVENT a.b\nDROP EVENT "
	       "SESSION e ON SERVER",
	    "(object [alter EVENT SESSION] e (option [ON SERVER]) (option "
	    "[DROP EVENT] a.b)) (object [drop EVENT SESSION] e (option [ON "
	    "SERVER]))");
	ddl_is("ALTER DATABASE d\nSET RECOVERY SIMPLE\nSELECT 1",
	    "(object [alter DATABASE] d (option [SET RECOVERY] SIMPLE)) "
	    "(select (select (item 1)))");
	ddl_is("CREATE ROLE r\nDROP ROLE q",
	    "(object [create ROLE] r) (object [drop ROLE] q)");
}

static void test_broken(void)
{
	ddl_is("CREATE ROLE r WITH", "(object [create ROLE] r)");
	ddl_is(
	    "CREATE ROLE r WITH, , x", "(object [create ROLE] r (option [x]))");
	ddl_is("ALTER ROLE r WITH", "(object [alter ROLE] r)");
	ddl_is("ALTER ROLE DROP.x", "(object [alter ROLE] (option DROP.x))");
	ddl_is("CREATE QUEUE q (a .. :: , b", "(opaque)");
	ddl_is("BACKUP", "(command [BACKUP])");
	ddl_is("ALTER DATABASE", "(object [alter DATABASE])");
}

int main(void)
{
	test_index();
	test_alter();
	test_security();
	test_load();
	test_object();
	test_command();
	test_drop();
	test_lines();
	test_broken();
	return test_done();
}
