/* The insides of the agents, for lib/agent only. */
#ifndef MIG_AGENT_INT_H
#define MIG_AGENT_INT_H

#include "agent/agent.h"
#include "agent/guard.h"
#include "agent/redact.h"
#include "common/answer.h"
#include "common/claude.h"
#include "common/ordered.h"
#include "common/prompt.h"

struct dbt;
struct agent_item;

enum agent_next {
	AGENT_TAKEN, /* the record has what it needs */
	AGENT_AGAIN, /* item->errors says why; ask again if that may help */
};

struct agent_task {
	const char *name;   /* routes and the prompt: share/prompts/NAME.md */
	const char *schema; /* share/prompts/NAME.json */
	bool files;	    /* the answer is files, the schema of its meta */
	bool words;	    /* its inputs are shown with their descriptions */
	const struct prompt_name *names;
	/* Is it for us? difficulty is set when it is. */
	bool (*wants)(struct agent *a, struct json_object *record,
	    const char **difficulty);
	/* NULL, or: does it without asking; true when that is done. */
	bool (*without)(struct agent_item *i);
	void (*fill)(struct agent_item *i, struct prompt_values *v);
	enum agent_next (*take)(
	    struct agent_item *i, const struct claude_result *r);
	/* NULL, or: the best attempt lacks nothing but style and is taken. */
	bool (*settle)(struct agent_item *i);
	/* No attempt was good enough: what the record keeps. */
	void (*give_up)(struct agent_item *i);
};

/* A task with its files, while the tool runs. */
struct agent_role {
	const struct agent_task *task;
	struct prompt *prompt;
	struct json_object *schema;
};

#define AGENT_MAX_ROLES 2

struct agent {
	struct agent_conf conf;
	const struct claude_opts *o;
	struct claude *claude;
	struct agent_role roles[AGENT_MAX_ROLES];
	size_t nr_roles;
	struct ordered out;
	size_t items; /* in work */
	char *context;
	struct similar *similar;
	struct site *site;
	struct redaction *seen; /* --redact: of all records so far */
	struct dbt *dbt;
	bool no_dbt; /* tried and not to be had */
	int status;
};

/* An attempt's files and how far they came. */
struct agent_attempt {
	struct answer answer;
	double score;
	bool valid;  /* there is one */
	bool sound;  /* nothing is wrong with it but its style */
	bool built;  /* dbt has run it and its tests */
	char *style; /* what the style asks for, or NULL */
};

struct agent_item {
	struct agent *a;
	struct agent_role *role;
	struct ordered_slot *slot;
	struct json_object *record;
	const char *difficulty;
	unsigned attempts, idle; /* idle: in a row without progress */
	double best_score;
	struct agent_attempt best;
	struct buf errors;	     /* of the last attempt, for the next */
	struct buf previous;	     /* its file */
	struct json_object *calls;   /* of this role */
	struct redaction *redaction; /* NULL: nothing is masked; the
				      * strategy's is the agent's */
};

/* agent.c */
void agent_error(struct agent_item *i, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The section's usage, prompt and engine, from the item's calls. */
void agent_sign(struct agent_item *i, struct json_object *section);
/* A data value, masked when it is to be. */
void agent_data(struct agent_item *i, struct prompt_values *v, const char *name,
    const char *text);
void agent_data_sql(struct agent_item *i, struct prompt_values *v,
    const char *name, const char *text);
void agent_data_json(struct agent_item *i, struct prompt_values *v,
    const char *name, struct json_object *o);

/* fill.c: what requests show of a record */
const char *agent_sql(struct json_object *record); /* its T-SQL, or NULL */
void agent_fill_code(struct agent_item *i, struct prompt_values *v);
void agent_fill_repair(struct agent_item *i, struct prompt_values *v);
void agent_fill_columns(struct agent_item *i, struct prompt_values *v);
void agent_fill_inputs(struct agent_item *i, struct prompt_values *v);
void agent_fill_outline(struct agent_item *i, struct prompt_values *v);
void agent_fill_dialect(struct agent_item *i, struct prompt_values *v);
void agent_fill_findings(
    struct agent_item *i, struct prompt_values *v, struct json_object *list);
void agent_put_samples(struct buf *b, struct json_object *record, size_t most);
void agent_put_comparison(struct buf *b, struct json_object *record);

/* expression.c: ", in T-SQL `…`": the source's expressions for a column, if
 * any; position is the column's in the result. */
void agent_put_expression(struct buf *b, struct json_object *record,
    const char *column, size_t position);

/* task_*.c */
extern const struct agent_task agent_assess, agent_strategy, agent_plan,
    agent_doc, agent_gen, agent_fix, agent_eval;

/* gate.c */
struct gate {
	double score;
	bool sound; /* all but the style */
	bool pass;
	bool built; /* dbt has run it and its tests */
	char *style;
};
/* Holds the files and the ledger of an attempt to the gates; what is wrong
 * goes to i->errors. */
struct gate agent_gate(struct agent_item *i, struct answer *a);
/* Does statement nr of the ledger insert, update, delete, merge …? */
bool agent_changes_rows(struct json_object *generated, int64_t nr);
/* {{ config(…) }} at the head of the rules' draft, "" when there is none. */
char *agent_header(struct json_object *record);
const char *agent_file(struct json_object *record, const char *path);
void agent_set_file(
    struct json_object *record, const char *path, const char *text);
/* The path of the model's yml; to be freed. */
char *agent_yml(struct json_object *record);
/* Why the model's file in the project is not to be written, or NULL. */
const char *agent_unwritable(const struct agent_item *i);
/* Puts the record's file into the project. */
void agent_write(struct agent_item *i, const char *path, const char *text);

/* lint.c: the house style, as far as tokens show it. */
/* "var('name', default)": a call that dbt can render; to be freed. */
char *agent_var(const char *name, struct json_object *value);
/* Puts right what can be put right without a thought: blanks, tabs, the last
 * newline, the case of keywords, a var() without its default. */
void lint_mend(struct buf *text, struct json_object *vars);
/* The rest, "line N: ..." on lines of their own, or NULL; to be freed. */
char *lint_check(const char *text);

/* similar.c */
struct similar *similar_load(const char *dir);
void similar_free(struct similar *s);
/* The nearest accepted objects, as text for a prompt; "" when none is near. */
void similar_find(
    struct similar *s, const char *tsql, const char *object, struct buf *out);
/* A record whose model is accepted: for objects that come later. */
void similar_add(struct similar *s, struct json_object *record);

/* site.c */
struct site *site_load(const char *dir);
void site_free(struct site *s);
/* A model by a kept rule for a T-SQL of the same shape, or NULL. */
char *site_apply(struct site *s, struct json_object *record, char **rule);

#endif
