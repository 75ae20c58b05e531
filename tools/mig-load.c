/* mig-load: rowset files into the tables that a dbt project's sources name. */

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/jsonl.h"
#include "common/mig.h"
#include "common/opt.h"
#include "dbt/helper.h"
#include "dbt/rowset.h"
#include "tsql/dialect.h"

struct load {
	const char *project;
	const char *target;
	bool strict;
	struct dbt *dbt;
	struct json_object *dialect; /* its types */
	struct dialect *names;
	size_t loaded, failed, unnamed;
	int64_t rows;
};

/* [{name,type,binary}] for the table, or NULL after a message. */
static struct json_object *table_columns(struct load *l, struct rowset *r)
{
	struct json_object *columns = json_object_new_array();
	size_t i;

	for (i = 0; i < r->nr_columns; i++) {
		struct rowset_column *c = &r->columns[i];
		char *type = row_type_target(l->dialect, &c->type);
		struct json_object *o;
		char *name;

		if (!type) {
			report_at(r->path, 1, 0, "error",
			    "column %s: no type for '%s' in this dialect",
			    c->name, c->type_text);
			json_object_put(columns);
			return NULL;
		}
		o = json_object_new_object();
		name = dialect_stored_name(l->names, c->name);
		js_set_str(o, "name", name);
		free(name);
		js_set_str(o, "type", type);
		if (row_type_class(&c->type) == CLASS_BINARY)
			js_set_bool(o, "binary", true);
		json_object_array_add(columns, o);
		free(type);
	}
	return columns;
}

static void tell(struct load *l, struct rowset *r, struct json_object *done,
    const char *status)
{
	struct json_object *loaded = js_obj(done, "loaded");
	struct json_object *o = json_object_new_object();

	js_set_str(o, "kind", "load");
	js_set_str(o, "object", r->object);
	if (r->database)
		js_set_str(o, "database", r->database);
	js_set_str(o, "status", status);
	if (loaded) {
		js_set_str(o, "source", js_str_or(loaded, "source", ""));
		js_set_str(o, "relation", js_str_or(loaded, "relation", ""));
		js_set_int(o, "rows", js_int(loaded, "rows", 0));
		l->rows += js_int(loaded, "rows", 0);
	}
	jsonl_write(o, stdout);
	json_object_put(o);
}

static void load_rowset(struct load *l, struct rowset *r)
{
	struct json_object *columns = table_columns(l, r);
	struct json_object *request, *done = NULL;
	char *path;

	if (!columns) {
		l->failed++;
		return;
	}
	path = realpath(r->path, NULL);
	request = dbt_request("load");
	js_set_str(request, "path", path ? path : r->path);
	js_set_str(request, "object", r->object);
	if (r->database)
		js_set_str(request, "database", r->database);
	js_set(request, "columns", columns);
	if (dbt_call(l->dbt, request, NULL, NULL, &done) < 0) {
		report_at(r->path, 0, 0, "error", "%s", dbt_error(l->dbt));
		tell(l, r, NULL, "failed");
		l->failed++;
	} else if (js_obj(done, "loaded")) {
		tell(l, r, done, "loaded");
		l->loaded++;
	} else {
		if (l->strict)
			report_at(r->path, 1, 0, "error",
			    "no source of the project names %s", r->object);
		tell(l, r, NULL, "no_source");
		l->unnamed++;
	}
	json_object_put(done);
	json_object_put(request);
	free(path);
}

static void load_file(struct load *l, const char *path)
{
	struct rowset r;

	if (rowset_open(&r, path) < 0) {
		l->failed++;
		return;
	}
	load_rowset(l, &r);
	rowset_close(&r);
}

static bool is_rowset_name(const char *name)
{
	size_t len = strlen(name);

	return len > 6 && strcmp(name + len - 6, ".jsonl") == 0;
}

static int is_shown(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* A directory's files, and those of a folder for each database in it. */
static void load_operand(struct load *l, const char *path, int depth)
{
	struct dirent **entries;
	struct stat st;
	int i, nr;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		if (depth == 0 || is_rowset_name(path))
			load_file(l, path);
		return;
	}
	if (depth > 1)
		return;
	nr = scandir(path, &entries, is_shown, alphasort);
	if (nr < 0) {
		error("%s: %s", path, strerror(errno));
		l->failed++;
		return;
	}
	for (i = 0; i < nr; i++) {
		char *file = xasprintf("%s/%s", path, entries[i]->d_name);

		load_operand(l, file, depth + 1);
		free(file);
		free(entries[i]);
	}
	free(entries);
}

static int finish(struct load *l)
{
	if (mig_progress_wanted() || l->failed)
		warning("%zu tables, %lld rows loaded; %zu files that no "
			"source names, %zu failed",
		    l->loaded, (long long)l->rows, l->unnamed, l->failed);
	if (l->failed || (l->strict && l->unnamed))
		return MIG_NEGATIVE;
	if (!l->loaded)
		error("no file is of a source of the project");
	return l->loaded ? MIG_OK : MIG_NEGATIVE;
}

int main(int argc, char **argv)
{
	struct load l = {.project = "."};
	const struct opt opts[] = {
	    {OPT_STRING, 'C', "directory", "DIR", &l.project,
		"the dbt project (default: here)", NULL},
	    {OPT_STRING, 't', "target", "NAME", &l.target,
		"target of the profile (default: its own)", NULL},
	    {OPT_FLAG, 0, "strict", NULL, &l.strict,
		"a file that no source names is an error", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL},
	};
	const struct opt_tool tool = {"[-C DIR] [OPTION...] FILE|DIR...",
	    "load rowset files as the tables that the project's sources name",
	    opts};
	const char *adapter;
	int i, status;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	if (i == argc) {
		error("no rowset file given");
		return mig_finish(MIG_TROUBLE);
	}
	l.dbt = dbt_open(l.project, l.target);
	adapter = dbt_adapter(l.dbt);
	if (!adapter)
		error("%s", dbt_error(l.dbt));
	else
		l.names = dialect_load(adapter);
	if (l.names)
		l.dialect = dialect_read(adapter);
	if (l.dialect) {
		for (; i < argc; i++)
			load_operand(&l, argv[i], 0);
		status = finish(&l);
	} else {
		status = MIG_TROUBLE;
	}
	json_object_put(l.dialect);
	dialect_free(l.names);
	dbt_close(l.dbt);
	return mig_finish(status);
}
