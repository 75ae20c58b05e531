/*
 * mig-split: cuts a stream into files, one for each model, and says in a
 * fragment of a makefile which wave each is in and what it needs. Files that
 * stay the same keep their time, so that make redoes what changed.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/mig.h"
#include "common/opt.h"
#include "common/sha256.h"

struct split {
	const char *dir, *make, *shared, *texts;
	bool keep;
	struct buf shared_records; /* of kind plan and source */
	struct map seen;	   /* names of models */
	struct map waves;	   /* number as text -> struct buf of names */
	struct buf needs;	   /* lines of the fragment */
	bool failed;
};

static bool is_work_item(struct json_object *o)
{
	return js_is(o, "kind", "model") || js_is(o, "kind", "seed") ||
	    js_is(o, "kind", "snapshot");
}

/* A name that is a file and a word of make alike. */
static bool is_plain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";

	return *name && *name != '-' && strspn(name, letters) == strlen(name);
}

static void write_file(struct split *s, const char *path, const struct buf *b)
{
	if (fs_write_changed(path, buf_str(b), b->len) >= 0)
		return;
	error("%s: %s", path, strerror(errno));
	s->failed = true;
}

static void note_wave(struct split *s, struct json_object *o)
{
	struct json_object *needs = js_arr(o, "depends_on");
	char number[24];
	struct buf *names;
	size_t i;

	snprintf(number, sizeof(number), "%" PRId64, js_int(o, "wave", 1));
	names = map_get(&s->waves, number);
	if (!names) {
		names = xcalloc(1, sizeof(*names));
		map_set(&s->waves, number, names);
	}
	buf_addf(names, " %s", js_str(o, "name"));
	if (!js_len(needs))
		return;
	buf_addf(&s->needs, "MIG_NEEDS_%s :=", js_str(o, "name"));
	for (i = 0; i < js_len(needs); i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(needs, i));

		if (is_plain(name))
			buf_addf(&s->needs, " %s", name);
	}
	buf_addc(&s->needs, '\n');
}

/* The hash of what dbt gets to see of a model: other changes of its record
 * (lines that have moved) need no new test. */
static void write_text_hash(struct split *s, struct json_object *o)
{
	static const char *const fields[] = {
	    "files", "incremental", "depends_on", "keys"};
	char *path = xasprintf("%s/%s", s->texts, js_str(o, "name"));
	struct buf b = BUF_INIT;
	struct sha256 sha;
	char hex[SHA256_HEX];
	size_t i;

	sha256_init(&sha);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *text = json_object_to_json_string_ext(
		    js_get(o, fields[i]), JSON_C_TO_STRING_PLAIN);

		sha256_add(&sha, text, strlen(text) + 1);
	}
	sha256_hex(&sha, hex);
	buf_addf(&b, "%s\n", hex);
	write_file(s, path, &b);
	buf_release(&b);
	free(path);
}

static int take(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct split *s = data;
	const char *name = js_str_or(o, "name", "");
	struct buf line = BUF_INIT;
	char *path;

	if (js_is(o, "kind", "plan") || js_is(o, "kind", "source")) {
		buf_add(&s->shared_records, buf_str(&r->raw), r->raw.len);
		buf_addc(&s->shared_records, '\n');
		return 0;
	}
	if (!is_work_item(o))
		return 0;
	if (!is_plain(name)) {
		report_at(r->name, r->line, 0, "error",
		    "a model's name must be a plain word, not '%s'", name);
		return 1;
	}
	if (map_find(&s->seen, name, strlen(name)) && !s->keep) {
		report_at(r->name, r->line, 0, "error",
		    "a second model of the name %s", name);
		return 1;
	}
	map_put(&s->seen, name, strlen(name));
	note_wave(s, o);
	if (s->texts)
		write_text_hash(s, o);
	path = xasprintf("%s/%s.jsonl", s->dir, name);
	buf_add(&line, buf_str(&r->raw), r->raw.len);
	buf_addc(&line, '\n');
	write_file(s, path, &line);
	buf_release(&line);
	free(path);
	return 0;
}

/* Files of models that are no longer there. */
static void remove_others(struct split *s)
{
	DIR *d = opendir(s->dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name);
		char *path;

		if (n < 7 || strcmp(e->d_name + n - 6, ".jsonl") != 0 ||
		    map_find(&s->seen, e->d_name, n - 6))
			continue;
		path = xasprintf("%s/%s", s->dir, e->d_name);
		if (unlink(path) < 0) {
			error("%s: %s", path, strerror(errno));
			s->failed = true;
		}
		free(path);
	}
	if (d)
		closedir(d);
}

static void write_fragment(struct split *s)
{
	struct buf b = BUF_INIT;
	size_t i;

	buf_adds(&b, "# Made by mig-split.\nMIG_WAVES :=");
	for (i = 0; i < s->waves.nr; i++)
		buf_addf(&b, " %s", s->waves.items[i].key);
	buf_addc(&b, '\n');
	for (i = 0; i < s->waves.nr; i++)
		buf_addf(&b, "MIG_WAVE_%s :=%s\n", s->waves.items[i].key,
		    buf_str(s->waves.items[i].value));
	buf_add(&b, buf_str(&s->needs), s->needs.len);
	write_file(s, s->make, &b);
	buf_release(&b);
}

static void free_buf(void *p)
{
	buf_release(p);
	free(p);
}

int main(int argc, char **argv)
{
	struct split s = {0};
	const struct opt opts[] = {
	    {OPT_STRING, 'm', "make", "FILE", &s.make,
		"write waves and needs as a fragment of a makefile", NULL},
	    {OPT_STRING, 's', "shared", "FILE", &s.shared,
		"write the plan and source records to this file", NULL},
	    {OPT_STRING, 't', "texts", "DIR", &s.texts,
		"write a hash of each model's files to this directory", NULL},
	    {OPT_FLAG, 'k', "keep", NULL, &s.keep,
		"keep files of models that the stream lacks", NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"[-k] [-m FILE] [-s FILE] DIR [FILE...]",
	    "Cut a stream of models into files for make", opts};
	int i, status;

	mig_start(argv[0]);
	i = opt_parse(&tool, argc, argv);
	if (i >= argc)
		die("which directory? Try '%s --help'", mig_progname);
	s.dir = argv[i];
	map_init(&s.seen, MAP_EXACT);
	map_init(&s.waves, MAP_EXACT);
	if (fs_mkdirs(s.dir) < 0)
		die("%s: %s", s.dir, strerror(errno));
	status = jsonl_each(argv + i + 1, take, &s);
	if (status != MIG_TROUBLE && !s.keep)
		remove_others(&s);
	if (s.shared)
		write_file(&s, s.shared, &s.shared_records);
	if (s.make)
		write_fragment(&s);
	if (s.failed)
		status = MIG_TROUBLE;
	buf_release(&s.shared_records);
	buf_release(&s.needs);
	map_release(&s.seen, NULL);
	map_release(&s.waves, free_buf);
	return mig_finish(status);
}
