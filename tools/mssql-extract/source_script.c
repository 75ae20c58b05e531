/*
 * SQL Server scripts as a source: SSMS's "Generate Scripts", hand-written
 * ones, several files in the order given.
 */
#include <errno.h>
#include <strings.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/arena.h"
#include "common/encoding.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "tsql/parse.h"

#include "script.h"

static void statement(struct script *sc, const struct tsql_stmt *s);

static void batch(struct script *sc, const struct tsql_batch *b);

/* A statement inside of another is its own definition. */
static void nested(struct script *sc, const struct tsql_stmt *s)
{
	if (!s)
		return;
	sc->at.def.off = s->h.off;
	sc->at.def.len = s->h.len;
	statement(sc, s);
}

static void statements(struct script *sc, const struct tsql_stmts *list)
{
	uint32_t i;

	for (i = 0; i < list->n; i++)
		nested(sc, list->v[i]);
}

/* EXEC sp_executesql N'CREATE VIEW …' and EXEC('CREATE …'): how SSMS scripts
 * with existence checks make their modules. */
static bool dynamic_ddl(struct script *sc, const struct tsql_stmt *s)
{
	const struct tsql_exec *x = &s->u.exec;
	const struct tsql_expr *text = x->text;
	struct place saved = sc->at;
	struct arena a = ARENA_INIT;
	struct tsql_options opt = {.file = saved.module->file,
	    .first_line = s->line,
	    .no_go = true,
	    .findings = &sc->inv.findings};
	char *sql;

	if (x->name && x->narg &&
	    tsql_name_is(&x->name->part[x->name->n - 1], "sp_executesql"))
		text = x->arg[0]->value;
	if (!text || text->h.kind != TSQL_E_STRING)
		return false;
	sql = xmemdupz(text->u.lit.text, text->u.lit.len);
	sc->at.module = tsql_parse(&a, sql, text->u.lit.len, &opt);
	if (sc->at.module->nbatch == 1)
		batch(sc, sc->at.module->batch[0]);
	sc->at = saved;
	arena_release(&a);
	free(sql);
	return true;
}

static void database_option(struct script *sc, const struct tsql_stmt *s)
{
	char *name = ddl_name(&s->u.label);

	if (!sc->opt->database)
		inventory_use(&sc->inv, name);
	free(name);
	inventory_left_out(&sc->inv, "use");
}

/* A directive that is read without --sqlcmd changes nothing: what it would
 * have changed is missing. */
static void directive(struct script *sc, const struct tsql_stmt *s)
{
	static const char *const words[] = {":r", ":setvar", ":connect"};
	const char *text = sc->at.module->src + s->u.sqlcmd.directive.off;
	size_t i, n = s->u.sqlcmd.directive.len;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (n == strlen(words[i]) &&
		    strncasecmp(text, words[i], n) == 0)
			findings_add(&sc->inv.findings,
			    FINDING_SQLCMD_DIRECTIVE, s->line, 1, "%.*s",
			    s->h.len > 60 ? 60 : (int)s->h.len, text);
	inventory_left_out(&sc->inv, "sqlcmd");
}

static bool makes_object(const struct tsql_stmt *s)
{
	switch (s->h.kind) {
	case TSQL_S_CREATE_TABLE:
	case TSQL_S_CREATE_VIEW:
	case TSQL_S_CREATE_PROCEDURE:
	case TSQL_S_CREATE_FUNCTION:
	case TSQL_S_CREATE_TRIGGER:
	case TSQL_S_CREATE_SYNONYM:
	case TSQL_S_CREATE_SEQUENCE:
	case TSQL_S_CREATE_TYPE:
	case TSQL_S_CREATE_SCHEMA: return true;
	default: return false;
	}
}

/* "S_SET_OPTION": "set option" */
static void left_out(struct inventory *inv, const char *kind)
{
	char *word = xstrdup(kind + 2), *p;

	for (p = word; *p; p++)
		*p = *p == '_' ? ' ' : (char)(*p + 32);
	inventory_left_out(inv, word);
	free(word);
}

static void statement(struct script *sc, const struct tsql_stmt *s)
{
	struct inventory *inv = &sc->inv;

	if (sc->pass != SCRIPT_ALL &&
	    makes_object(s) != (sc->pass == SCRIPT_MAKERS))
		return;
	switch (s->h.kind) {
	case TSQL_S_CREATE_TABLE: ddl_create_table(inv, &sc->at, s); break;
	case TSQL_S_ALTER_TABLE: ddl_alter_table(inv, &sc->at, s); break;
	case TSQL_S_CREATE_INDEX: ddl_create_index(inv, &sc->at, s); break;
	case TSQL_S_CREATE_VIEW:
	case TSQL_S_CREATE_PROCEDURE:
	case TSQL_S_CREATE_FUNCTION:
	case TSQL_S_CREATE_TRIGGER: ddl_create_module(inv, &sc->at, s); break;
	case TSQL_S_CREATE_SYNONYM:
	case TSQL_S_CREATE_SEQUENCE:
	case TSQL_S_CREATE_TYPE: ddl_create_other(inv, &sc->at, s); break;
	case TSQL_S_CREATE_SCHEMA:
		statements(sc, &s->u.schema.body);
		inventory_left_out(inv, "create schema");
		break;
	case TSQL_S_DROP: ddl_drop(inv, &sc->at, s); break;
	case TSQL_S_INSERT:
		if (sc->opt->rows)
			rows_insert(&sc->rows, inv, &sc->at, s);
		else
			inventory_left_out(inv, "insert");
		break;
	case TSQL_S_EXEC:
		if (!ddl_system_call(inv, &sc->at, s) && !dynamic_ddl(sc, s))
			inventory_left_out(inv, "exec");
		break;
	case TSQL_S_IF: /* IF NOT EXISTS (…) CREATE … */
		nested(sc, s->u.if_.then);
		nested(sc, s->u.if_.otherwise);
		break;
	case TSQL_S_BLOCK: statements(sc, &s->u.block.body); break;
	case TSQL_S_TRY: statements(sc, &s->u.try_.body); break;
	case TSQL_S_USE: database_option(sc, s); break;
	case TSQL_S_OPAQUE: ddl_opaque(inv, &sc->at, s); break;
	case TSQL_S_TRANSFER: ddl_transfer(inv, &sc->at, s); break;
	case TSQL_S_SQLCMD: directive(sc, s); break;
	default: left_out(inv, tsql_kind_name(s->h.kind)); break;
	}
}

static void batch(struct script *sc, const struct tsql_batch *b)
{
	uint32_t i, end;

	sc->at.batch = b;
	for (i = 0; i < b->stmts.n; i++) {
		const struct tsql_stmt *s = b->stmts.v[i];
		bool last = i + 1 == b->stmts.n;

		/* Comments around a module are part of its definition. */
		sc->at.def.off = i == 0 ? b->off : s->h.off;
		end = last ? b->off + b->len : s->h.off + s->h.len;
		sc->at.def.len = end - sc->at.def.off;
		statement(sc, s);
	}
}

/* Findings of a text know its lines: they are placed in the files that the
 * lines come from. */
static void place_findings(struct script *sc, size_t first, const char *name)
{
	struct tsql_sqlcmd_origin from;
	size_t i;

	for (i = first; i < sc->inv.findings.nr; i++) {
		struct finding *f = &sc->inv.findings.items[i];

		if (f->file)
			continue;
		if (sc->at.sqlcmd && f->line) {
			from = tsql_sqlcmd_origin(
			    sc->at.sqlcmd, (uint32_t)f->line);
			f->line = from.line;
			f->file = xstrdup(from.file);
		} else {
			f->file = xstrdup(name);
		}
	}
}

void script_text(
    struct script *sc, const char *name, const char *text, size_t len)
{
	struct arena a = ARENA_INIT;
	struct tsql_options opt = {.file = name,
	    .quoted_identifier_off = sc->quoted_identifier_off,
	    .ansi_nulls_off = sc->ansi_nulls_off,
	    .findings = sc->pass == SCRIPT_OTHERS ? NULL : &sc->inv.findings};
	size_t first = sc->inv.findings.nr;
	struct tsql_module *m = tsql_parse(&a, text, len, &opt);
	uint32_t i;

	sc->at.module = m;
	for (i = 0; i < m->nbatch; i++)
		batch(sc, m->batch[i]);
	if (sc->pass != SCRIPT_OTHERS && !sc->inv.context)
		sc->inv.statements += m->nstmt;
	place_findings(sc, first, name);
	arena_release(&a);
}

static void set_variables(const struct script *sc, struct tsql_sqlcmd *cmd)
{
	size_t i;

	for (i = 0; i < sc->defaults.nr; i++)
		tsql_sqlcmd_set(cmd, sc->defaults.items[i].key,
		    sc->defaults.items[i].value);
	for (i = 0; i < sc->opt->variables.nr; i++) {
		const char *v = sc->opt->variables.items[i];
		const char *eq = strchr(v, '=');
		char *name = xmemdupz(v, eq ? (size_t)(eq - v) : strlen(v));

		tsql_sqlcmd_set(cmd, name, eq ? eq + 1 : "");
		free(name);
	}
}

static void expanded_text(
    struct script *sc, const char *name, const struct buf *text)
{
	const char *slash = strrchr(name, '/');
	char *dir =
	    slash ? xmemdupz(name, (size_t)(slash - name)) : xstrdup(".");
	struct tsql_sqlcmd cmd;

	tsql_sqlcmd_init(&cmd, sc->root ? sc->root : dir,
	    sc->pass == SCRIPT_OTHERS ? NULL : &sc->inv.findings);
	cmd.environment = true;
	set_variables(sc, &cmd);
	tsql_sqlcmd_add(&cmd, name, buf_str(text), text->len);
	sc->at.sqlcmd = &cmd;
	script_text(sc, name, buf_str(&cmd.out), cmd.out.len);
	sc->at.sqlcmd = NULL;
	tsql_sqlcmd_release(&cmd);
	free(dir);
}

int script_file(struct script *sc, const char *path)
{
	struct buf raw = BUF_INIT, text = BUF_INIT;
	const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
	const char *encoding;

	if (fs_read(path, &raw) < 0) {
		error("%s: %s", name, strerror(errno));
		buf_release(&raw);
		return -1;
	}
	if (text_decode(buf_str(&raw), raw.len, &text, &encoding) > 0 &&
	    sc->pass != SCRIPT_OTHERS) {
		findings_add(&sc->inv.findings, FINDING_BAD_ENCODING,
		    text_replaced_line(buf_str(&text), text.len), 0, "%s",
		    encoding);
		place_findings(sc, sc->inv.findings.nr - 1, name);
	}
	buf_release(&raw);
	if (sc->pass != SCRIPT_OTHERS && !sc->inv.context)
		js_push_str(sc->inv.files, name);
	if (sc->sqlcmd)
		expanded_text(sc, name, &text);
	else
		script_text(sc, name, buf_str(&text), text.len);
	buf_release(&text);
	return 0;
}

void script_default(struct script *sc, const char *name, const char *value)
{
	if (!map_find(&sc->defaults, name, strlen(name)))
		map_set(&sc->defaults, name, xstrdup(value));
}

const char *script_value(const struct script *sc, const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < sc->opt->variables.nr; i++) {
		const char *v = sc->opt->variables.items[i];

		if (strlen(v) > n && v[n] == '=' &&
		    strncasecmp(v, name, n) == 0)
			return v + n + 1;
	}
	return map_get(&sc->defaults, name);
}

static void report_findings(const struct inventory *inv)
{
	size_t i;

	for (i = 0; i < inv->findings.nr; i++) {
		const struct finding *f = &inv->findings.items[i];
		char *msg = finding_message(f);

		report_at(f->file, f->line, f->column,
		    severity_name(finding_severity(f->code)), "%s [%s]", msg,
		    finding_id(f->code));
		free(msg);
	}
}

void script_init(struct script *sc, const struct extract_options *o)
{
	memset(sc, 0, sizeof(*sc));
	sc->opt = o;
	inventory_init(&sc->inv);
	rows_init(&sc->rows, o->rows);
	map_init(&sc->defaults, MAP_FOLD);
	map_init(&sc->referred, MAP_EXACT);
	sc->sqlcmd = o->sqlcmd;
	if (o->database)
		sc->inv.database = xstrdup(o->database);
	if (o->collation)
		sc->inv.collation = xstrdup(o->collation);
}

int script_finish(struct script *sc, const char *source, int status)
{
	struct inventory *inv = &sc->inv;
	size_t nr = inventory_count(inv);

	if (sc->opt->rows && rows_finish(&sc->rows, inv) < 0)
		status = MIG_TROUBLE;
	inventory_resolve(inv);
	report_findings(inv);
	if (status == MIG_OK && !nr) {
		error("no object definition found: %s",
		    strcmp(source, "script") == 0
			? "is this a SQL Server script?"
			: "there is nothing to extract");
		status = MIG_TROUBLE;
	}
	if (nr && inventory_write(inv, sc->opt, source, stdout) &&
	    status == MIG_OK)
		status = MIG_NEGATIVE;
	if (inv->findings.nr && status == MIG_OK)
		status = MIG_NEGATIVE;
	map_release(&sc->defaults, free);
	map_release(&sc->referred, NULL);
	inventory_release(inv);
	return status;
}

int source_script(const struct extract_options *o)
{
	struct script sc;
	struct stat st;
	int status = MIG_OK;
	size_t i;

	script_init(&sc, o);
	for (i = 0; i < o->ddl.nr; i++) {
		const char *path = o->ddl.items[i];
		bool tree = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

		if ((tree ? script_tree(&sc, path) : script_file(&sc, path)) <
		    0)
			status = MIG_TROUBLE;
	}
	return script_finish(&sc, "script", status);
}
