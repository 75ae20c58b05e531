/*
 * mig-assess: adds an assessment to each object record, and a strategy
 * record about all of them at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "assess.h"
#include "common/alloc.h"
#include "common/claude.h"
#include "common/mig.h"

static void spool(struct assess *as, const char *s, size_t len)
{
	if (fwrite(s, 1, len, as->spool) != len || putc('\n', as->spool) == EOF)
		die("temporary file: %s", strerror(errno));
}

static void count_uses(
    struct assess *as, struct json_object *o, const char *own)
{
	struct json_object *deps = js_arr(o, "dependencies");
	struct buf key = BUF_INIT;
	struct map seen;
	size_t i, n;

	map_init(&seen, MAP_FOLD);
	for (i = 0; i < js_len(deps); i++) {
		struct json_object *d = json_object_array_get_idx(deps, i);
		const char *t = js_str(d, "target");
		const char *database = js_str(d, "database");
		struct map_entry *e;

		if (!t)
			continue;
		n = database ? strlen(database) : 0;
		if (n && strncasecmp(t, database, n) == 0 && t[n] == '.')
			t += n + 1;
		assess_key(&key, database ? database : own, t);
		if (map_find(&seen, key.s, key.len))
			continue;
		map_put(&seen, key.s, key.len);
		e = map_put(&as->wanted, key.s, key.len);
		e->value = (void *)((size_t)e->value + 1);
	}
	map_release(&seen, NULL);
	buf_release(&key);
}

/* First reading: assesses, keeps a line, spools the record. */
static int take(struct jsonl_reader *r, struct json_object *o, void *data)
{
	struct assess *as = data;
	const char *id = js_str(o, "id");
	struct json_object *a;
	struct line *l;
	const char *s;
	size_t len;

	if (!is_object_kind(js_str(o, "kind")) || !id) {
		spool(as, buf_str(&r->raw), r->raw.len);
		return 0;
	}
	GROW(as->line, as->nr, as->cap);
	l = &as->line[as->nr++];
	memset(l, 0, sizeof(*l));
	l->id = xstrdup(id);
	l->kind = xstrdup(js_str(o, "kind"));
	l->database = xstrdup(js_str_or(o, "database", ""));
	a = assess_object(as, o, l);
	js_set(o, "assessment", a);
	count_uses(as, o, l->database);
	s = json_object_to_json_string_length(
	    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	spool(as, s, len);
	arena_reset(&as->arena);
	return 0;
}

/* Second reading: priorities, which want all of the input. */
static int give(struct assess *as)
{
	struct buf b = BUF_INIT;
	size_t at = 0, i;
	ssize_t n;

	if (fflush(as->spool) == EOF)
		die("temporary file: %s", strerror(errno));
	rewind(as->spool);
	while ((n = getline(&b.s, &b.cap, as->spool)) > 0) {
		struct json_object *o, *a, *findings;

		/* Lines of objects come in the order of as->line. */
		o = at < as->nr ? json_tokener_parse(b.s) : NULL;
		a = js_obj(o, "assessment");
		if (!a || !js_str(o, "id") ||
		    strcmp(js_str(o, "id"), as->line[at].id) != 0) {
			agent_pass_bytes(
			    as->agent, b.s, (size_t)n - (b.s[n - 1] == '\n'));
			json_object_put(o);
			continue;
		}
		js_set_int(a, "priority", as->line[at].priority);
		findings = js_arr(a, "findings");
		for (i = 0; i < js_len(findings); i++)
			strategy_note(as, assess_name(as, &as->line[at]),
			    json_object_array_get_idx(findings, i));
		agent_put(as->agent, o);
		json_object_put(o);
		at++;
		if (ferror(stdout))
			break;
	}
	buf_release(&b);
	return ferror(as->spool) ? MIG_TROUBLE : MIG_OK;
}

static void put_json(void *o)
{
	json_object_put(o);
}

static void release(struct assess *as)
{
	size_t i;

	for (i = 0; i < as->nr; i++) {
		free(as->line[i].id);
		free(as->line[i].kind);
		free(as->line[i].database);
	}
	free(as->line);
	map_release(&as->wanted, NULL);
	map_release(&as->findings, put_json);
	rules_release(&as->rules);
	arena_release(&as->arena);
	if (as->spool)
		fclose(as->spool);
}

static void load_rules(struct assess *as, const struct opt_list *files)
{
	char *own = mig_share("rules/assess.json");
	size_t i;

	if (rules_load(&as->rules, own) < 0)
		exit(MIG_TROUBLE);
	free(own);
	for (i = 0; i < files->nr; i++) {
		if (rules_load(&as->rules, files->items[i]) < 0)
			exit(MIG_TROUBLE);
	}
}

int main(int argc, char **argv)
{
	struct assess as = {0};
	struct opt_list files = {0};
	struct claude_opts co;
	struct agent_conf conf = {.opts = &co, .tool = "assess"};

	claude_hide_key(); /* what is left mig_start() forgets */
	mig_start(argv[0]);
	claude_opts_init(&co);
	const struct opt opts[] = {
	    {OPT_LIST, 'r', "rules", "FILE", &files,
		"a site's own rules, beside those of share/rules", NULL},
	    {OPT_GROUP, 0, NULL, NULL, co.table, NULL, NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"[--rules FILE] [FILE...]",
	    "Assess what it takes to migrate each object", opts};
	struct json_object *strategy;
	int i, status, second;

	i = opt_parse(&tool, argc, argv);
	if (agent_open(&as.agent, &conf) < 0)
		return mig_finish(MIG_TROUBLE);
	load_rules(&as, &files);
	map_init(&as.wanted, MAP_FOLD);
	map_init(&as.findings, MAP_EXACT);
	as.spool = tmpfile();
	if (!as.spool)
		die("temporary file: %s", strerror(errno));
	status = jsonl_each(argv + i, take, &as);
	assess_rank(&as);
	second = give(&as);
	if (second > status)
		status = second;
	if (as.nr) {
		strategy = assess_strategy(&as);
		agent_put(as.agent, strategy);
		json_object_put(strategy);
	}
	second = agent_close(as.agent);
	if (second > status)
		status = second;
	claude_opts_release(&co);
	opt_list_release(&files);
	release(&as);
	return mig_finish(status);
}
