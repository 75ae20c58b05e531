/* The rows of each catalogue query, joined to the objects by their ids. Each
 * section of an object becomes JSON text at once. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "tsql/catalog.h"

#include "live_reader.h"

const char *reader_text(struct reader *r, int i)
{
	return db_text(r->d, i, NULL);
}

bool reader_flag(struct reader *r, int i)
{
	return db_int(r->d, i, 0) != 0;
}

const char *reader_keep(struct reader *r, int i)
{
	const char *s = db_text(r->d, i, NULL);

	return s ? arena_strdup(&r->c->arena, s) : NULL;
}

const char *reader_intern(struct reader *r, int i)
{
	return catalog_intern(r->c, db_text(r->d, i, NULL));
}

const char *reader_keep_buf(struct reader *r, const struct buf *b)
{
	return arena_strndup(&r->c->arena, buf_str(b), b->len);
}

void json_add_text(struct buf *b, const char *s)
{
	db_json_string(b, s, strlen(s));
}

void reader_field(struct reader *r, struct buf *b, const char *key, int i)
{
	size_t len;
	const char *s = db_text(r->d, i, &len);

	if (!s)
		return;
	json_add_name(b, key);
	db_json_string(b, s, len);
}

void json_add_name(struct buf *b, const char *key)
{
	buf_adds(b, ",\"");
	buf_adds(b, key);
	buf_adds(b, "\":");
}

static char *digits_before(char *end, int64_t v)
{
	uint64_t n = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do {
		*--end = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	if (v < 0)
		*--end = '-';
	return end;
}

const char *id_pair(char key[48], int64_t a, int64_t b)
{
	char *at = key + 47;

	*at = '\0';
	at = digits_before(at, b);
	*--at = ':';
	return digits_before(at, a);
}

void json_add_item(struct buf *b)
{
	buf_addc(b, b->len ? ',' : '[');
}

/* -- objects ----------------------------------------------------------- */

static const struct code {
	const char *type, *kind, *function_type;
	bool module;
} codes[] = {
    {"U", "table", NULL, false},
    {"ET", "table", NULL, false},
    {"V", "view", NULL, true},
    {"P", "procedure", NULL, true},
    {"PC", "procedure", NULL, false},
    {"FN", "function", "scalar", true},
    {"IF", "function", "inline", true},
    {"TF", "function", "multi_statement", true},
    {"FS", "function", "scalar", false},
    {"FT", "function", "multi_statement", false},
    {"AF", "function", "aggregate", false},
    {"TR", "trigger", NULL, true},
    {"TA", "trigger", NULL, false},
    {"SN", "synonym", NULL, false},
    {"SO", "sequence", NULL, false},
};

static const struct code *code_of(const char *type)
{
	size_t i, n = type ? strcspn(type, " ") : 0;

	for (i = 0; n && i < ARRAY_SIZE(codes); i++) {
		if (strlen(codes[i].type) == n &&
		    strncmp(codes[i].type, type, n) == 0)
			return &codes[i];
	}
	return NULL;
}

static struct live_object *add_object(struct catalog *c, int64_t id)
{
	struct live_object *o = ARENA_NEW(&c->arena, struct live_object);

	GROW(c->objects, c->nr, c->cap);
	c->objects[c->nr++] = o;
	o->id = id;
	o->row_count = -1;
	return o;
}

static void name_object(struct reader *r, struct live_object *o)
{
	struct buf *b = &r->text;

	buf_reset(b);
	buf_adds(b, o->schema);
	buf_addc(b, '.');
	buf_adds(b, o->name);
	map_set(&r->c->by_name, b->s, o);
}

static const char *description(
    struct reader *r, int cls, int64_t major, int64_t minor)
{
	char key[64];

	if (!r->c->descriptions.nr)
		return NULL;
	snprintf(
	    key, sizeof(key), "%d:%" PRId64 ":%" PRId64, cls, major, minor);
	return map_get(&r->c->descriptions, key);
}

/* [server].[db].[schema].[name]: brackets only where a part needs them. */
static const char *unquoted(struct reader *r, const char *s)
{
	struct buf *b = &r->text;
	struct arena a = ARENA_INIT;
	char *part[4];
	int i;

	tsql_split_name(&a, s, part);
	buf_reset(b);
	for (i = 3; i >= 0; i--) {
		if (!part[i])
			continue;
		if (i < 3 && part[i + 1])
			buf_addc(b, '.');
		tsql_add_part(b, part[i], strlen(part[i]));
	}
	arena_release(&a);
	return reader_keep_buf(r, b);
}

static void sequence_options(
    struct reader *r, struct live_object *o, const int *columns)
{
	static const char *const keys[] = {
	    "start", "increment", "minimum", "maximum"};
	struct buf *b = &r->text;
	size_t i;

	buf_reset(b);
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		reader_field(r, b, keys[i], columns[i]);
	if (reader_flag(r, columns[4]))
		buf_adds(b, ",\"cycle\":true");
	if (b->len)
		b->s[0] = '{';
	else
		buf_addc(b, '{');
	buf_addc(b, '}');
	o->extra = arena_printf(&r->c->arena, ",\"options\":%s", b->s);
}

static void table_extras(struct reader *r, struct live_object *o)
{
	struct db *d = r->d;
	struct buf *b = &r->text;
	static const char *const temporal[] = {
	    NULL, "history", "system_versioned"};
	int64_t n = db_int(d, db_find(d, "temporal"), 0);
	const char *s;

	buf_reset(b);
	if (n == 1 || n == 2)
		buf_addf(b, ",\"temporal\":\"%s\"", temporal[n]);
	s = reader_text(r, db_find(d, "history_schema"));
	if (s) {
		char *schema = xstrdup(s);
		char *id;

		s = reader_text(r, db_find(d, "history_name"));
		id = xasprintf("%s.%s", schema, s ? s : "");
		buf_adds(b, ",\"history_table\":");
		json_add_text(b, id);
		free(id);
		free(schema);
	}
	if (reader_flag(r, db_find(d, "is_memory_optimized")))
		buf_adds(b, ",\"memory_optimised\":true");
	if (strncmp(o->type, "ET", 2) == 0 ||
	    reader_text(r, db_find(d, "external_source")))
		buf_adds(b, ",\"external\":true");
	if (reader_flag(r, db_find(d, "is_node")))
		buf_adds(b, ",\"graph\":\"node\"");
	if (reader_flag(r, db_find(d, "is_edge")))
		buf_adds(b, ",\"graph\":\"edge\"");
	if (db_int(d, db_find(d, "ledger_type"), 0))
		buf_adds(b, ",\"options\":{\"ledger\":true}");
	if (b->len)
		o->extra = reader_keep_buf(r, b);
}

static int take_objects(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(schema_name);
	FIND(name);
	FIND(type);
	FIND(modified);
	FIND(synonym_target);
	FIND(sequence_type);
	const int sequence[] = {db_find(d, "sequence_start"),
	    db_find(d, "sequence_increment"), db_find(d, "sequence_minimum"),
	    db_find(d, "sequence_maximum"), db_find(d, "sequence_cycles")};
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		const struct code *code = code_of(reader_text(r, type));
		struct live_object *o;

		if (!code)
			continue;
		o = add_object(r->c, db_int(d, object_id, 0));
		o->kind = code->kind;
		o->type = code->type;
		o->has_module = code->module;
		o->schema = reader_intern(r, schema_name);
		o->name = reader_keep(r, name);
		o->modified = reader_intern(r, modified);
		if (!o->schema || !o->name) {
			o->kind = NULL;
			continue;
		}
		name_object(r, o);
		o->description = description(r, 1, o->id, 0);
		if (code->function_type)
			o->base_type = code->function_type;
		if (synonym_target >= 0 && strcmp(o->kind, "synonym") == 0) {
			const char *s = reader_text(r, synonym_target);
			char *t = s ? xstrdup(s) : NULL;

			o->target = t ? unquoted(r, t) : "";
			free(t);
		}
		if (strcmp(o->kind, "sequence") == 0) {
			o->base_type = reader_intern(r, sequence_type);
			if (!o->base_type) /* an identity's, in Babelfish */
				o->kind = NULL;
			sequence_options(r, o, sequence);
		}
		if (o->kind && strcmp(o->kind, "table") == 0)
			table_extras(r, o);
	}
	return rc;
}

/* -- types and columns ------------------------------------------------- */

void type_text(struct buf *out, const char *name, int64_t max_length,
    int64_t precision, int64_t scale)
{
	static const char *const bytes[] = {
	    "char", "varchar", "binary", "varbinary"};
	size_t i;

	buf_adds(out, name);
	if (strcmp(name, "nchar") == 0 || strcmp(name, "nvarchar") == 0) {
		if (max_length < 0)
			buf_adds(out, "(max)");
		else
			buf_addf(out, "(%" PRId64 ")", max_length / 2);
		return;
	}
	if (strcmp(name, "decimal") == 0 || strcmp(name, "numeric") == 0) {
		buf_addf(out, "(%" PRId64 ",%" PRId64 ")", precision, scale);
		return;
	}
	if (strcmp(name, "time") == 0 || strcmp(name, "datetime2") == 0 ||
	    strcmp(name, "datetimeoffset") == 0) {
		buf_addf(out, "(%" PRId64 ")", scale);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		if (strcmp(name, bytes[i]) != 0)
			continue;
		if (max_length < 0)
			buf_adds(out, "(max)");
		else
			buf_addf(out, "(%" PRId64 ")", max_length);
	}
}

/* The columns by which sys.columns, parameters and types tell a type. */
struct type_columns {
	int schema, name, user, length, precision, scale, dimensions;
};

static struct type_columns find_type(struct db *d, const char *name)
{
	return (struct type_columns){db_find(d, "type_schema"),
	    db_find(d, name), db_find(d, "is_user_defined"),
	    db_find(d, "max_length"), db_find(d, "precision"),
	    db_find(d, "scale"), db_find(d, "vector_dimensions")};
}

static void add_type(
    struct reader *r, struct buf *b, const struct type_columns *t)
{
	struct db *d = r->d;
	struct buf s = BUF_INIT;
	const char *v;

	if (reader_flag(r, t->user)) {
		v = reader_text(r, t->schema);
		buf_addf(&s, "%s.", v ? v : "dbo");
		v = reader_text(r, t->name);
		buf_adds(&s, v ? v : "");
	} else {
		v = reader_text(r, t->name);
		type_text(&s, v ? v : "sql_variant", db_int(d, t->length, -1),
		    db_int(d, t->precision, 0), db_int(d, t->scale, 0));
		if (v && strcmp(v, "vector") == 0 && t->dimensions >= 0)
			buf_addf(
			    &s, "(%" PRId64 ")", db_int(d, t->dimensions, 0));
	}
	db_json_string(b, buf_str(&s), s.len);
	buf_release(&s);
}

static int take_types(struct reader *r)
{
	struct db *d = r->d;
	FIND(user_type_id);
	FIND(schema_name);
	FIND(name);
	FIND(is_nullable);
	FIND(is_table_type);
	FIND(is_assembly_type);
	FIND(table_id);
	const struct type_columns t = find_type(d, "base_type");
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		struct live_object *o;
		int64_t id = db_int(d, user_type_id, 0);

		/* columns of a table type arrive under table_id; other types
		 * have no object id: a negative one is theirs */
		o = add_object(r->c, db_int(d, table_id, -id));
		o->kind = "type";
		o->schema = reader_intern(r, schema_name);
		o->name = reader_keep(r, name);
		if (o->name && *o->name == '@') {
			o->kind = NULL; /* a function's table, in Babelfish */
		} else if (reader_flag(r, is_table_type)) {
			o->type = "TT";
			o->extra = ",\"is_table_type\":true";
		} else if (reader_flag(r, is_assembly_type)) {
			o->type = "CLR";
		} else {
			o->type = "T";
			buf_reset(&r->text);
			add_type(r, &r->text, &t);
			o->base_type = reader_keep_buf(r, &r->text);
			o->extra = reader_flag(r, is_nullable)
			    ? ",\"nullable\":true"
			    : ",\"nullable\":false";
		}
		o->description = description(r, 6, id, 0);
		buf_reset(&r->text);
		buf_addf(&r->text, "%s.%s", o->schema, o->name);
		map_set(&r->c->types, r->text.s, o);
	}
	return rc;
}

static int take_descriptions(struct reader *r)
{
	struct db *d = r->d;
	const int cls = db_find(d, "class");
	FIND(major_id);
	FIND(minor_id);
	const int value = db_find(d, "description");
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		char key[64];

		snprintf(key, sizeof(key), "%d:%d:%d", (int)db_int(d, cls, 0),
		    (int)db_int(d, major_id, 0), (int)db_int(d, minor_id, 0));
		map_set(&r->c->descriptions, key,
		    (void *)(uintptr_t)reader_keep(r, value));
	}
	return rc;
}

/* Expressions by "object:column"; the first character is 'p' when a computed
 * column is persisted. */
static int take_expressions(struct reader *r, struct map *m)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(column_id);
	FIND(is_persisted);
	FIND(definition);
	int rc;

	while ((rc = db_fetch(d)) == 1) {
		char key[48];
		bool persisted = reader_flag(r, is_persisted);
		const char *s;

		s = reader_text(r, definition);
		map_set(m,
		    id_pair(
			key, db_int(d, object_id, 0), db_int(d, column_id, 0)),
		    arena_printf(&r->c->arena, "%c%s", persisted ? 'p' : '-',
			s ? s : ""));
	}
	return rc;
}

static int take_defaults(struct reader *r)
{
	return take_expressions(r, &r->c->defaults);
}

static int take_computed(struct reader *r)
{
	return take_expressions(r, &r->c->computed);
}

/* What sys.columns says, as one object of the "columns" array. */
static int take_columns(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(column_id);
	FIND(name);
	FIND(is_nullable);
	FIND(collation_name);
	FIND(is_identity);
	FIND(seed);
	FIND(increment);
	FIND(is_computed);
	FIND(masking);
	FIND(generated);
	const struct type_columns t = find_type(d, "type_name");
	struct live_object *o = NULL, *now;
	struct buf *b = &r->text;
	const char *s, *pair;
	char key[48];
	int64_t id = 0, n;
	int rc;

	buf_reset(b);
	for (;;) {
		rc = db_fetch(d);
		n = rc == 1 ? db_int(d, object_id, 0) : 0;
		if (o && (rc != 1 || n != id)) {
			buf_addc(b, ']');
			o->columns = reader_keep_buf(r, b);
			buf_reset(b);
			o = NULL;
		}
		if (rc != 1)
			return rc;
		now = catalog_find(r->c, n);
		if (!now)
			continue;
		o = now;
		id = n;
		json_add_item(b);
		buf_adds(b, "{\"name\":");
		s = reader_text(r, name);
		json_add_text(b, s ? s : "");
		buf_adds(b, ",\"type\":");
		add_type(r, b, &t);
		buf_adds(b,
		    reader_flag(r, is_nullable) ? ",\"nullable\":true"
						: ",\"nullable\":false");
		s = reader_text(r, collation_name);
		if (s && r->c->collation && strcmp(s, r->c->collation) != 0)
			reader_field(r, b, "collation", collation_name);
		if (reader_flag(r, is_identity)) {
			buf_addf(b, ",\"identity\":{\"seed\":%" PRId64,
			    db_int(d, seed, 1));
			buf_addf(b, ",\"increment\":%" PRId64 "}",
			    db_int(d, increment, 1));
		}
		pair = id_pair(key, n, db_int(d, column_id, 0));
		if (reader_flag(r, is_computed)) {
			/* "" where the server keeps the expression to itself */
			s = map_get(&r->c->computed, pair);
			buf_adds(b, ",\"computed\":");
			json_add_text(b, s ? s + 1 : "");
			buf_addf(b, ",\"persisted\":%s",
			    s && *s == 'p' ? "true" : "false");
		}
		s = map_get(&r->c->defaults, pair);
		if (s && s[1]) {
			buf_adds(b, ",\"default\":");
			json_add_text(b, s + 1);
		}
		reader_field(r, b, "masked", masking);
		if (db_int(d, generated, 0))
			buf_addf(b, ",\"generated\":\"%s\"",
			    db_int(d, generated, 0) == 1 ? "row_start"
							 : "row_end");
		s = description(r, 1, n, db_int(d, column_id, 0));
		if (s) {
			buf_adds(b, ",\"description\":");
			json_add_text(b, s);
		}
		buf_addc(b, '}');
	}
}

static int take_parameters(struct reader *r)
{
	struct db *d = r->d;
	FIND(object_id);
	FIND(parameter_id);
	FIND(name);
	FIND(is_output);
	const struct type_columns t = find_type(d, "type_name");
	struct live_object *o = NULL;
	struct buf *b = &r->text;
	int rc;

	buf_reset(b);
	for (;;) {
		int64_t id;

		rc = db_fetch(d);
		id = rc == 1 ? db_int(d, object_id, 0) : 0;
		if (o && (rc != 1 || id != o->id)) {
			if (b->len) {
				buf_addc(b, ']');
				o->parameters = reader_keep_buf(r, b);
			}
			buf_reset(b);
			o = NULL;
		}
		if (rc != 1)
			return rc;
		if (!o)
			o = catalog_find(r->c, id);
		if (!o)
			continue;
		if (db_int(d, parameter_id, 0) == 0) {
			buf_reset(&r->more);
			add_type(r, &r->more, &t);
			o->returns = reader_keep_buf(r, &r->more);
			continue;
		}
		json_add_item(b);
		buf_adds(b, "{\"name\":");
		json_add_text(
		    b, reader_text(r, name) ? reader_text(r, name) : "");
		buf_adds(b, ",\"type\":");
		add_type(r, b, &t);
		buf_addf(b, ",\"output\":%s}",
		    reader_flag(r, is_output) ? "true" : "false");
	}
}

int catalog_take(struct catalog *c, struct db *d, const char *name)
{
	static const struct {
		const char *name;
		int (*take)(struct reader *r);
	} takers[] = {
	    {"database", take_database},
	    {"permissions", take_permissions},
	    {"unreadable", take_unreadable},
	    {"fingerprint", take_fingerprint},
	    {"objects", take_objects},
	    {"types", take_types},
	    {"defaults", take_defaults},
	    {"computed", take_computed},
	    {"columns", take_columns},
	    {"parameters", take_parameters},
	    {"indexes", take_indexes},
	    {"foreign_keys", take_foreign_keys},
	    {"checks", take_checks},
	    {"descriptions", take_descriptions},
	    {"triggers", take_triggers},
	    {"row_counts", take_row_counts},
	    {"usage_procedures", take_usage},
	    {"usage_indexes", take_usage},
	    {"usage_query_store", take_usage},
	    {"dependencies", take_dependencies},
	    {"jobs", take_jobs},
	};
	struct reader r = {c, d, BUF_INIT, BUF_INIT};
	size_t i;
	int rc = 0;

	c->cursor = 0;
	for (i = 0; i < ARRAY_SIZE(takers); i++) {
		if (strcmp(takers[i].name, name) == 0)
			rc = takers[i].take(&r);
	}
	buf_release(&r.text);
	buf_release(&r.more);
	return rc;
}
