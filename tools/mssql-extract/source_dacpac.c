/*
 * A .dacpac: model.xml holds each object's parts and each module's text. The
 * objects are written as T-SQL again and read as a script is, so that all
 * offline sources give the same records.
 */
#include <zip.h>

#include "common/alloc.h"
#include "common/mig.h"

#include "dacpac_model.h"
#include "script.h"

#define MODEL_MAX (4ull << 30) /* bytes of model.xml: against zip bombs */

struct dacpac {
	struct script *sc;
	struct buf makers, others; /* T-SQL, batches ended by GO */
	bool says_ansi_nulls;	   /* does the package say the setting? */
};

static bool is(const char *s, const char *t)
{
	return s && strcmp(s, t) == 0;
}

static bool property_is(
    const struct dac_element *e, const char *name, const char *value)
{
	return is(dac_property(e, name), value);
}

/* "[dbo].[T].[c]": its last part, with brackets. */
static const char *last_part(const char *name)
{
	const char *p, *last = name;

	for (p = name; p && *p; p++) {
		if (*p != '[')
			continue;
		last = p;
		while (*p && !(*p == ']' && p[1] != ']'))
			p += *p == ']' ? 2 : 1;
		if (!*p)
			break;
	}
	return last ? last : "[]";
}

/* What holds a type's name and sizes: columns have it in TypeSpecifier,
 * parameters in Type, alias types are it themselves. */
static const struct dac_element *type_of(const struct dac_element *owner)
{
	const struct dac_entry *spec = dac_relation(owner, "TypeSpecifier");

	if (!spec)
		spec = dac_relation(owner, "Type");
	return spec && spec->element ? spec->element : owner;
}

static void add_type(struct buf *b, const struct dac_element *owner)
{
	const struct dac_element *t = type_of(owner);
	const char *name = dac_reference(t, "Type");
	const char *length, *precision, *scale;

	if (!name) {
		buf_adds(b, "sql_variant");
		return;
	}
	length = dac_property(t, "Length");
	precision = dac_property(t, "Precision");
	scale = dac_property(t, "Scale");
	buf_adds(b, name);
	if (property_is(t, "IsMax", "True"))
		buf_adds(b, "(max)");
	else if (length)
		buf_addf(b, "(%s)", length);
	else if (precision)
		buf_addf(b, "(%s,%s)", precision, scale ? scale : "0");
	else if (scale)
		buf_addf(b, "(%s)", scale);
}

static void add_column(struct buf *b, const struct dac_element *c)
{
	const char *expr = dac_property(c, "ExpressionScript");
	const char *collation = dac_property(c, "Collation");
	bool nullable;

	buf_adds(b, last_part(c->name));
	if (strstr(c->type, "Computed")) {
		buf_addf(b, " AS %s", expr ? expr : "NULL");
		if (property_is(c, "IsPersisted", "True"))
			buf_adds(b, " PERSISTED");
		return;
	}
	buf_addc(b, ' ');
	add_type(b, c);
	if (collation)
		buf_addf(b, " COLLATE %s", collation);
	if (property_is(c, "IsIdentity", "True")) {
		const char *seed = dac_property(c, "IdentitySeed");
		const char *inc = dac_property(c, "IdentityIncrement");

		buf_addf(b, " IDENTITY (%s, %s)", seed ? seed : "1",
		    inc ? inc : "1");
	}
	if (property_is(c, "GeneratedAlwaysType", "1"))
		buf_adds(b, " GENERATED ALWAYS AS ROW START");
	else if (property_is(c, "GeneratedAlwaysType", "2"))
		buf_adds(b, " GENERATED ALWAYS AS ROW END");
	/* the default is NULL, but NOT NULL in a table type */
	nullable = strstr(c->type, "TableType")
	    ? property_is(c, "IsNullable", "True")
	    : !property_is(c, "IsNullable", "False");
	buf_adds(b, nullable ? " NULL" : " NOT NULL");
}

static void add_key_columns(struct buf *b, const struct dac_element *e)
{
	const struct dac_entry *c;
	bool first = true;

	for (c = dac_relation(e, "ColumnSpecifications"); c; c = c->next) {
		const char *ref =
		    c->element ? dac_reference(c->element, "Column") : NULL;

		if (!ref)
			continue;
		buf_addf(b, "%s%s", first ? "" : ", ", last_part(ref));
		first = false;
	}
}

static void add_key(struct buf *b, const struct dac_element *e, bool primary)
{
	buf_addf(b, "%s %s(", primary ? "PRIMARY KEY" : "UNIQUE",
	    property_is(e, "IsClustered", "False") ? "NONCLUSTERED " : "");
	add_key_columns(b, e);
	buf_addc(b, ')');
}

/* A table type's keys, checks and defaults stand inside of it. */
static void add_type_constraint(struct buf *b, const struct dac_element *e)
{
	const char *check = dac_property(e, "CheckExpressionScript");

	if (strstr(e->type, "PrimaryKey") || strstr(e->type, "Unique")) {
		buf_adds(b, ",\n\t");
		add_key(b, e, strstr(e->type, "PrimaryKey") != NULL);
	} else if (check) {
		buf_addf(b, ",\n\tCHECK (%s)", check);
	}
}

static void add_columns(struct buf *b, const struct dac_element *e)
{
	const struct dac_entry *c;
	bool first = true;

	buf_adds(b, " (");
	for (c = dac_relation(e, "Columns"); c; c = c->next) {
		if (!c->element)
			continue;
		buf_adds(b, first ? "\n\t" : ",\n\t");
		first = false;
		add_column(b, c->element);
	}
	for (c = dac_relation(e, "Constraints"); c; c = c->next)
		if (c->element)
			add_type_constraint(b, c->element);
	buf_adds(b, "\n)\nGO\n");
}

static void add_references(struct buf *b, const struct dac_entry *c)
{
	bool first = true;

	for (; c; c = c->next) {
		if (!c->reference)
			continue;
		buf_addf(b, "%s%s", first ? "" : ", ", last_part(c->reference));
		first = false;
	}
}

static void add_constraint(struct dacpac *d, const struct dac_element *e)
{
	struct buf *b = &d->others;
	const char *table = dac_reference(e, "DefiningTable");

	if (!table)
		return;
	buf_addf(b, "ALTER TABLE %s ADD ", table);
	if (e->name)
		buf_addf(b, "CONSTRAINT %s ", last_part(e->name));
	if (is(e->type, "SqlPrimaryKeyConstraint") ||
	    is(e->type, "SqlUniqueConstraint")) {
		add_key(b, e, is(e->type, "SqlPrimaryKeyConstraint"));
	} else if (is(e->type, "SqlForeignKeyConstraint")) {
		buf_adds(b, "FOREIGN KEY (");
		add_references(b, dac_relation(e, "Columns"));
		buf_addf(
		    b, ") REFERENCES %s (", dac_reference(e, "ForeignTable"));
		add_references(b, dac_relation(e, "ForeignColumns"));
		buf_addc(b, ')');
	} else if (is(e->type, "SqlDefaultConstraint")) {
		const char *col = dac_reference(e, "ForColumn");
		const char *x = dac_property(e, "DefaultExpressionScript");

		buf_addf(b, "DEFAULT %s FOR %s", x ? x : "NULL",
		    last_part(col ? col : ""));
	} else {
		const char *x = dac_property(e, "CheckExpressionScript");

		buf_addf(b, "CHECK (%s)", x ? x : "1 = 1");
	}
	buf_adds(b, "\nGO\n");
}

static void add_index(struct dacpac *d, const struct dac_element *e)
{
	struct buf *b = &d->others;
	const char *table = dac_reference(e, "IndexedObject");
	const char *filter = dac_property(e, "FilterPredicate");
	const struct dac_entry *include = dac_relation(e, "IncludedColumns");

	if (!table || !e->name)
		return;
	buf_addf(b, "CREATE %s%sINDEX %s ON %s (",
	    property_is(e, "IsUnique", "True") ? "UNIQUE " : "",
	    property_is(e, "IsClustered", "True") ? "CLUSTERED " : "",
	    last_part(e->name), table);
	add_key_columns(b, e);
	buf_addc(b, ')');
	if (include) {
		buf_adds(b, " INCLUDE (");
		add_references(b, include);
		buf_addc(b, ')');
	}
	if (filter)
		buf_addf(b, " WHERE %s", filter);
	buf_adds(b, "\nGO\n");
}

static void add_parameters(struct buf *b, const struct dac_element *e)
{
	const struct dac_entry *p;
	bool first = true;

	for (p = dac_relation(e, "Parameters"); p; p = p->next) {
		const char *name = p->element ? p->element->name : NULL;
		size_t n;

		if (!name)
			continue;
		name = last_part(name) + 1; /* "[@p]" */
		n = strlen(name);
		buf_addf(b, "%s%.*s ", first ? "" : ", ", (int)n - 1, name);
		add_type(b, p->element);
		if (property_is(p->element, "IsOutput", "True"))
			buf_adds(b, " OUTPUT");
		first = false;
	}
}

/* A module of an assembly: its head is all that there is. */
static void add_clr(struct dacpac *d, const struct dac_element *e,
    const struct dac_element *body)
{
	const char *class = dac_property(body, "ClassName");
	const char *method = dac_property(body, "MethodName");
	const char *assembly = dac_reference(body, "Assembly");
	bool function = strstr(e->type, "Function") != NULL;
	const struct dac_entry *c;
	struct buf *b = &d->makers;
	bool first = true;

	buf_addf(
	    b, "CREATE %s %s ", function ? "FUNCTION" : "PROCEDURE", e->name);
	if (function)
		buf_addc(b, '(');
	add_parameters(b, e);
	if (function && strstr(e->type, "Scalar")) {
		buf_adds(b, ") RETURNS ");
		add_type(b, e);
	} else if (function) {
		buf_adds(b, ") RETURNS TABLE (");
		for (c = dac_relation(e, "Columns"); c; c = c->next) {
			if (!c->element)
				continue;
			buf_adds(b, first ? "" : ", ");
			first = false;
			add_column(b, c->element);
		}
		buf_addc(b, ')');
	}
	buf_addf(b, " AS EXTERNAL NAME %s.[%s].[%s]\nGO\n", assembly,
	    class ? class : "", method ? method : "");
}

/* The text of a module: what DacFx kept of its head, then its body. */
static void add_module(struct dacpac *d, const struct dac_element *e)
{
	const struct dac_entry *f = dac_relation(e, "FunctionBody");
	const struct dac_element *body = f && f->element ? f->element : e;
	const char *head = dac_property(body, "HeaderContents");
	const char *foot = dac_property(body, "FooterContents");
	const char *text = dac_property(body, "QueryScript");
	struct buf *b = &d->makers;

	if (!text)
		text = dac_property(body, "BodyScript");
	if (!head)
		head = dac_property(e, "HeaderContents");
	if (!text && dac_reference(body, "Assembly")) {
		add_clr(d, e, body);
		return;
	}
	if (!head || !text) {
		findings_add(&d->sc->inv.findings, FINDING_UNPARSED, 0, 0,
		    "%s has no text in the package", e->name ? e->name : "?");
		return;
	}
	/* DacFx writes what isn't its default: on for the first of these, off
	 * for the second. A package that never speaks of it isn't DacFx's. */
	buf_addf(b, "SET QUOTED_IDENTIFIER %s\nGO\n",
	    property_is(e, "IsQuotedIdentifierOn", "False") ? "OFF" : "ON");
	buf_addf(b, "SET ANSI_NULLS %s\nGO\n",
	    !d->says_ansi_nulls || property_is(e, "IsAnsiNullsOn", "True")
		? "ON"
		: "OFF");
	buf_addf(b, "%s%s%s\nGO\n", head, text, foot ? foot : "");
}

static void add_sequence(struct dacpac *d, const struct dac_element *e)
{
	static const char *const options[][2] = {{"StartValue", "START WITH"},
	    {"IncrementValue", "INCREMENT BY"}, {"MinValue", "MINVALUE"},
	    {"MaxValue", "MAXVALUE"}};
	struct buf *b = &d->makers;
	size_t i;

	buf_addf(b, "CREATE SEQUENCE %s AS ", e->name);
	add_type(b, e);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const char *v = dac_property(e, options[i][0]);

		if (v)
			buf_addf(b, " %s %s", options[i][1], v);
	}
	buf_adds(b, "\nGO\n");
}

/* MS_Description of an object or a column. */
static void add_property(struct dacpac *d, const struct dac_element *e)
{
	const char *host = dac_reference(e, "Host");
	const char *value = dac_property(e, "Value");
	static const char *const levels[] = {"SCHEMA", "TABLE", "COLUMN"};
	struct buf *b = &d->others;
	const char *p = host;
	int i;

	if (!host || !value || !e->name ||
	    !is(last_part(e->name), "[MS_Description]"))
		return;
	buf_addf(b,
	    "EXEC sys.sp_addextendedproperty @name=N'MS_Description', "
	    "@value=%s",
	    value);
	for (i = 0; i < 3 && p && *p == '['; i++) {
		buf_addf(b, ", @level%dtype=N'%s', @level%dname=N'", i,
		    levels[i], i);
		for (p++; *p && !(*p == ']' && p[1] != ']'); p++) {
			if (*p == ']' || *p == '\'')
				buf_addc(b, *p == '\'' ? '\'' : *p++);
			buf_addc(b, *p);
		}
		buf_addc(b, '\'');
		if (*p)
			p += p[1] == '.' ? 2 : 1;
	}
	buf_adds(b, "\nGO\n");
}

static void element(void *data, const struct dac_element *e)
{
	struct dacpac *d = data;
	const char *text;

	d->says_ansi_nulls |= dac_property(e, "IsAnsiNullsOn") != NULL;
	if (is(e->type, "SqlDatabaseOptions")) {
		text = dac_property(e, "Collation");
		if (text && !d->sc->inv.collation)
			d->sc->inv.collation = xstrdup(text);
	} else if (is(e->type, "SqlExtendedProperty")) {
		add_property(d, e);
	} else if (strstr(e->type, "Constraint")) {
		add_constraint(d, e);
	} else if (!e->name) {
		inventory_left_out(&d->sc->inv, e->type);
	} else if (is(e->type, "SqlTable") || is(e->type, "SqlTableType")) {
		buf_addf(&d->makers, "CREATE %s %s%s",
		    is(e->type, "SqlTable") ? "TABLE" : "TYPE", e->name,
		    is(e->type, "SqlTable") ? "" : " AS TABLE");
		add_columns(&d->makers, e);
	} else if (is(e->type, "SqlIndex")) {
		add_index(d, e);
	} else if (is(e->type, "SqlView") || is(e->type, "SqlProcedure") ||
	    is(e->type, "SqlDmlTrigger") ||
	    is(e->type, "SqlDatabaseDdlTrigger") ||
	    (strstr(e->type, "Function") && !strstr(e->type, "Partition"))) {
		add_module(d, e);
	} else if (is(e->type, "SqlSynonym")) {
		text = dac_property(e, "ForObjectScript");
		buf_addf(&d->makers, "CREATE SYNONYM %s FOR %s\nGO\n", e->name,
		    text ? text : "[]");
	} else if (is(e->type, "SqlSequence")) {
		add_sequence(d, e);
	} else if (is(e->type, "SqlUserDefinedDataType")) {
		buf_addf(&d->makers, "CREATE TYPE %s FROM ", e->name);
		add_type(&d->makers, e);
		buf_addf(&d->makers, "%s\nGO\n",
		    property_is(e, "IsNullable", "False") ? " NOT NULL" : "");
	} else {
		inventory_left_out(&d->sc->inv, e->type);
	}
}

static int read_model(struct dacpac *d, const char *path, zip_t *z)
{
	zip_file_t *f = zip_fopen(z, "model.xml", 0);
	struct dac_reader *r;
	char chunk[65536];
	zip_int64_t n;
	unsigned long long total = 0;
	int ret = -1;

	if (!f) {
		error("%s: no model.xml in it: this is not a .dacpac", path);
		return -1;
	}
	r = dac_reader_new(element, d);
	while ((n = zip_fread(f, chunk, sizeof(chunk))) > 0) {
		total += (unsigned long long)n;
		if (total > MODEL_MAX) {
			error("%s: model.xml unpacks to more than 4 GB", path);
			goto out;
		}
		if (dac_reader_feed(r, chunk, (size_t)n) < 0)
			break;
	}
	if (n < 0)
		error("%s: model.xml: %s", path, zip_file_strerror(f));
	else if (n > 0 || dac_reader_feed(r, "", 0) < 0)
		error("%s: model.xml: %s", path, dac_reader_error(r));
	else
		ret = 0;
out:
	dac_reader_free(r);
	zip_fclose(f);
	return ret;
}

static const char *unsupported(const char *path)
{
	size_t n = strlen(path);

	if (n > 4 && name_eq(path + n - 4, ".bak"))
		return "a backup can't be read: restore it on a SQL Server "
		       "and extract from there, or make a .dacpac of it";
	return NULL;
}

int script_dacpac(struct script *sc, const char *path)
{
	struct dacpac d = {.sc = sc};
	zip_error_t e;
	int code = 0, ret;
	zip_t *z;

	if (unsupported(path)) {
		error("%s: %s", path, unsupported(path));
		return -1;
	}
	z = zip_open(path, ZIP_RDONLY, &code);
	if (!z) {
		zip_error_init_with_code(&e, code);
		error("%s: %s", path, zip_error_strerror(&e));
		zip_error_fini(&e);
		return -1;
	}
	sc->inv.packaged = true;
	ret = read_model(&d, path, z);
	zip_discard(z);
	script_text(sc, path, buf_str(&d.makers), d.makers.len);
	script_text(sc, path, buf_str(&d.others), d.others.len);
	buf_release(&d.makers);
	buf_release(&d.others);
	return ret;
}

int source_dacpac(const struct extract_options *o)
{
	size_t n = strlen(o->dacpac);
	struct script sc;
	int status = MIG_OK;

	script_init(&sc, o);
	if (script_dacpac(&sc, o->dacpac) < 0)
		status = MIG_TROUBLE;
	else if (n > 7 && name_eq(o->dacpac + n - 7, ".bacpac"))
		warning("%s: objects are read, the rows of a .bacpac are not: "
			"extract rows from a server",
		    o->dacpac);
	return script_finish(&sc, "dacpac", status);
}
