/* The plan record: what a project has once. */
#include <ctype.h>
#include <string.h>

#include "common/alloc.h"
#include "dbt/yml.h"
#include "gen.h"

/* A project's name as dbt wants it: letters, digits and underscores. */
static const char *project_name(struct work *w)
{
	const char *name = js_str_or(w->rec, "project", "");
	struct buf b = BUF_INIT;
	const char *safe;

	if (!isalpha((unsigned char)name[0]))
		buf_adds(&b, "p_");
	for (; *name; name++)
		buf_addc(&b,
		    isalnum((unsigned char)*name)
			? (char)tolower((unsigned char)*name)
			: '_');
	safe = arena_strndup(w->arena, buf_str(&b), b.len);
	buf_release(&b);
	return safe;
}

static void dbt_project(struct work *w, const char *name)
{
	struct buf b = BUF_INIT;
	struct yml y = {&b, 0, false};

	yml_str(&y, "name", name);
	yml_raw(&y, "version", "\"1.0.0\"");
	yml_int(&y, "config-version", 2);
	yml_str(&y, "profile", name);
	buf_addc(&b, '\n');
	yml_raw(&y, "model-paths", "[models]");
	yml_raw(&y, "macro-paths", "[macros]");
	yml_raw(&y, "test-paths", "[tests]");
	yml_raw(&y, "seed-paths", "[seeds]");
	yml_raw(&y, "snapshot-paths", "[snapshots]");
	yml_raw(&y, "analysis-paths", "[analyses]");
	yml_raw(&y, "clean-targets", "[target, dbt_packages]");
	buf_addc(&b, '\n');
	yml_open(&y, "flags");
	yml_bool(&y, "send_anonymous_usage_stats", false);
	yml_bool(&y, "require_generic_test_arguments_property", true);
	yml_close(&y);
	buf_addc(&b, '\n');
	yml_open(&y, "models");
	yml_open(&y, name);
	/* Models that are something else say so: a path of a layer that the
	 * project hasn't got would be a warning. */
	yml_str(&y, "+materialized", "view");
	work_file(w, "dbt_project.yml", &b);
	buf_release(&b);
}

/* One connection of a profile: its settings, %s stands for the project. */
static const struct target {
	const char *dialect;
	const char *settings[9][2];
} targets[] = {
    {"duckdb",
	{{"type", "duckdb"},
	    {"path", "{{ env_var('DUCKDB_PATH', '%s.duckdb') }}"},
	    {"schema", "main"}}},
    {"postgres",
	{{"type", "postgres"}, {"host", "{{ env_var('PGHOST', 'localhost') }}"},
	    {"port", "{{ env_var('PGPORT', '5432') | as_number }}"},
	    {"user", "{{ env_var('PGUSER', 'postgres') }}"},
	    {"password", "{{ env_var('PGPASSWORD', '') }}"},
	    {"dbname", "{{ env_var('PGDATABASE', 'postgres') }}"},
	    {"schema", "{{ env_var('DBT_SCHEMA', 'public') }}"}}},
    {"redshift",
	{{"type", "redshift"}, {"host", "{{ env_var('REDSHIFT_HOST', '') }}"},
	    {"port", "{{ env_var('REDSHIFT_PORT', '5439') | as_number }}"},
	    {"user", "{{ env_var('REDSHIFT_USER', '') }}"},
	    {"password", "{{ env_var('REDSHIFT_PASSWORD', '') }}"},
	    {"dbname", "{{ env_var('REDSHIFT_DATABASE', 'dev') }}"},
	    {"schema", "{{ env_var('DBT_SCHEMA', 'public') }}"}}},
    {"snowflake",
	{{"type", "snowflake"},
	    {"account", "{{ env_var('SNOWFLAKE_ACCOUNT', '') }}"},
	    {"user", "{{ env_var('SNOWFLAKE_USER', '') }}"},
	    {"password", "{{ env_var('SNOWFLAKE_PASSWORD', '') }}"},
	    {"role", "{{ env_var('SNOWFLAKE_ROLE', '') }}"},
	    {"warehouse", "{{ env_var('SNOWFLAKE_WAREHOUSE', '') }}"},
	    {"database", "{{ env_var('SNOWFLAKE_DATABASE', '') }}"},
	    {"schema", "{{ env_var('DBT_SCHEMA', 'public') }}"}}},
    {"bigquery",
	{{"type", "bigquery"}, {"method", "oauth"},
	    {"project", "{{ env_var('BIGQUERY_PROJECT', '') }}"},
	    {"dataset", "{{ env_var('DBT_SCHEMA', 'analytics') }}"}}},
    {"databricks",
	{{"type", "databricks"},
	    {"host", "{{ env_var('DATABRICKS_HOST', '') }}"},
	    {"http_path", "{{ env_var('DATABRICKS_HTTP_PATH', '') }}"},
	    {"token", "{{ env_var('DATABRICKS_TOKEN', '') }}"},
	    {"schema", "{{ env_var('DBT_SCHEMA', 'default') }}"}}},
    {"tsql",
	{{"type", "sqlserver"},
	    {"driver",
		"{{ env_var('MSSQL_DRIVER', "
		"'ODBC Driver 18 for SQL Server') }}"},
	    {"server", "{{ env_var('MSSQL_HOST', 'localhost') }}"},
	    {"port", "{{ env_var('MSSQL_PORT', '1433') | as_number }}"},
	    {"database", "{{ env_var('MSSQL_DATABASE', '') }}"},
	    {"user", "{{ env_var('MSSQL_USER', '') }}"},
	    {"password", "{{ env_var('MSSQL_PASSWORD', '') }}"},
	    {"schema", "{{ env_var('DBT_SCHEMA', 'dbo') }}"}}},
    {"fabric",
	{{"type", "fabric"},
	    {"driver",
		"{{ env_var('MSSQL_DRIVER', "
		"'ODBC Driver 18 for SQL Server') }}"},
	    {"host", "{{ env_var('FABRIC_HOST', '') }}"},
	    {"database", "{{ env_var('FABRIC_DATABASE', '') }}"},
	    {"authentication", "{{ env_var('FABRIC_AUTH', 'CLI') }}"},
	    {"schema", "{{ env_var('DBT_SCHEMA', 'dbo') }}"}}},
};

static void one_target(struct yml *y, const struct target *t, const char *name)
{
	yml_open(y, t->dialect);
	for (size_t i = 0; i < ARRAY_SIZE(t->settings); i++) {
		const char *value = t->settings[i][1];
		const char *hole;
		struct buf b = BUF_INIT;

		if (!value)
			break;
		hole = strstr(value, "%s");
		if (hole) {
			buf_add(&b, value, (size_t)(hole - value));
			buf_adds(&b, name);
			value = hole + 2;
		}
		buf_adds(&b, value);
		yml_str(y, t->settings[i][0], buf_str(&b));
		buf_release(&b);
	}
	yml_int(y, "threads", 4);
	yml_close(y);
}

/* DuckDB and PostgreSQL are always there, to try a model on; the dialect's
 * own target besides. */
static void profiles(struct work *w, const char *name)
{
	struct buf b = BUF_INIT;
	struct yml y = {&b, 0, false};

	yml_open(&y, name);
	yml_str(&y, "target", w->dialect->name);
	yml_open(&y, "outputs");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (i < 2 || !strcmp(targets[i].dialect, w->dialect->name))
			one_target(&y, targets + i, name);
	work_file(w, "profiles.yml", &b);
	buf_release(&b);
}

/* sqlfluff's names for the dialects that have another one. */
static const char *sqlfluff_dialect(const char *dialect)
{
	return !strcmp(dialect, "fabric") ? "tsql" : dialect;
}

static void sqlfluff(struct work *w)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "[sqlfluff]\ndialect = %s\n",
	    sqlfluff_dialect(w->dialect->name));
	buf_adds(&b,
	    "templater = jinja\n"
	    "# Macros of the project and of dbt stand as their names.\n"
	    "ignore = templating\n"
	    "max_line_length = 80\n"
	    "# What the migration keeps on purpose: names and aliases as they\n"
	    "# were in the source (AL04, AL09, CP02, RF03, RF04, RF05, RF06),\n"
	    "# the order of columns and of the sides of conditions (ST06,\n"
	    "# ST09), joins that only filter or multiply rows (ST11), logic "
	    "as\n"
	    "# it was written (ST02, ST04) and lateral joins (ST05). Without "
	    "a\n"
	    "# direction a sort ascends (AM03). Names that only a macro's\n"
	    "# arguments use it takes for unused (AL05, ST03).\n"
	    "exclude_rules = AL04, AL05, AL09, AM03, CP02, RF03, RF04, RF05, "
	    "RF06, ST02, ST03, ST04, ST05, ST06, ST09, ST11\n"
	    "\n"
	    "[sqlfluff:templater:jinja]\n"
	    "apply_dbt_builtins = true\n"
	    "\n"
	    "[sqlfluff:templater:jinja:macros]\n"
	    "dbt_source = {% macro source(schema, name) %}source_table"
	    "{% endmacro %}\n"
	    "\n"
	    "[sqlfluff:indentation]\n"
	    "tab_space_size = 4\n"
	    "\n"
	    "[sqlfluff:rules:layout.long_lines]\n"
	    "ignore_comment_lines = true\n"
	    "\n"
	    "# Collations, which it takes for columns.\n"
	    "[sqlfluff:rules:references.qualification]\n"
	    "ignore_words_regex = ^\"?(en|C|und-x-icu)\"?$\n");
	work_file(w, ".sqlfluff", &b);
	buf_release(&b);
}

static void text_file(struct work *w, const char *path, const char *text)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, text);
	work_file(w, path, &b);
	buf_release(&b);
}

int gen_plan(struct gen *g, struct json_object *rec)
{
	struct work w;
	const char *name;

	if (!work_begin(&w, g, rec))
		return 1;
	name = project_name(&w);
	dbt_project(&w, name);
	profiles(&w, name);
	sqlfluff(&w);
	text_file(&w, ".gitignore",
	    "target/\nlogs/\ndbt_packages/\n*.duckdb\n*.duckdb.wal\n");
	changes_plan(&w);
	return work_finish_shared(&w);
}
