/*
 * mig-gen: what its files share. One record is in work at a time; everything
 * made for it lives in the arena, or is owned as said.
 */
#ifndef MIG_GEN_H
#define MIG_GEN_H

#include <stdbool.h>

#include "agent/agent.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/finding.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/opt.h"
#include "dbt/yml.h"
#include "tsql/dialect.h"
#include "tsql/emit.h"

struct gen {
	const char *dir;	/* -C; NULL: files go on the records only */
	const char *dialect;	/* said by the user, else NULL: the record's */
	struct dialect *loaded; /* the one in use, kept between records */
	struct agent *agent;	/* NULL: the rules alone */
	bool dry_run, no_write;
	struct opt_list select;
	struct arena arena; /* emptied after each record */
	bool wrote;	    /* something that migration_changes.md tells */
	/* Models before this one, of the input or of --known, whose claim
	 * isn't exact; the values mean nothing. */
	struct map unsure;
	struct opt_list known;
};

/* A column of the model, as its yml describes it. */
struct out_column {
	const char *name;
	const char *type; /* the target's; NULL: not known */
};

/* A column of an input whose text has to be plain for the model to be right. */
struct assumed {
	struct json_object *input;
	const char *relation, *column; /* relation: ref('x') */
	enum emit_assumption what;
	bool written;
	struct assumed *next;
};

/* Remembers a generated model's claim for those that read it. */
void gen_note_claim(struct gen *, struct json_object *rec);
int gen_known(struct gen *); /* reads --known; < 0: reported */

/* The record in work. */
struct work {
	struct gen *gen;
	struct arena *arena;
	struct json_object *rec; /* the caller's */
	const struct dialect *dialect;
	const char *path; /* of the model's SQL */
	const char *hash; /* of what the model is made from */
	enum claim claim;
	struct out_column *column;
	size_t ncolumn;
	struct assumed *assumed, *assumed_last;
	struct findings findings;
	/* owned until work_finish puts them on the record: */
	struct json_object *files, *ledger, *notes, *changelog;
	struct json_object *witnesses;
	size_t committed; /* files that are written */
	bool failed;	  /* a file could not be written, a path is bad … */
	bool by_hand;	  /* one of its files was edited: it stays */
};

/* false, with an error, when the dialect can't be had: nothing to finish. */
bool work_begin(struct work *, struct gen *, struct json_object *rec);
/* Adds a file to the record; the text is copied. */
void work_file(struct work *, const char *path, const struct buf *text);
/* Writes the files so far; one that was edited by hand lowers (or lifts) the
 * claim to differs. */
void work_commit(struct work *);
/* Adds share/NAME as it is; false and an error when it can't be read. */
bool work_share_file(struct work *, const char *name, const char *path);
/* A macro of share/macros, and its test if it has one. */
void macro_file(struct work *, const char *name);
void work_note(struct work *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* A claim is only ever lowered. */
void work_claim(struct work *, enum claim);
/* An id without the record's database in front. */
const char *work_local(const struct work *, const char *id);
/* Statement 0: none of its own. Places are those of the source file. */
struct ledger_entry {
	int statement;
	const char *kind, *to, *target, *reason; /* target, reason: or NULL */
	size_t line, column, end_line;
};
void work_ledger(struct work *, const struct ledger_entry *);
/* Writes the files, puts the sections on the record. 1 when it failed: a file
 * could not be written. */
int work_finish_model(struct work *);
int work_finish_shared(struct work *);

/* The kinds of records. */
int gen_plan(struct gen *, struct json_object *rec);
int gen_source(struct gen *, struct json_object *rec);
int gen_model(struct gen *, struct json_object *rec);

/* The text of a model, without a newline at the end; false when there is
 * none (claim manual, with a finding). */
bool staging_sql(struct work *, struct buf *sql);
/* unit_tests: the YAML of that section, or nothing. */
bool view_sql(struct work *, struct buf *sql, struct buf *unit_tests);
bool procedure_sql(struct work *, struct buf *sql, struct buf *unit_tests);
/* A model that says at run time that it has to be written by hand. */
void manual_sql(struct work *, struct buf *sql);

/* Takes over what the emitter assumed of the inputs' text, and writes the
 * tests of it, items of data_tests. */
void assume_take(struct work *, const struct emit_result *);
void assume_tests(struct work *, struct yml *);

/* The model's yml; unit_tests: YAML of that section, or empty. */
void model_yml(struct work *, const struct buf *unit_tests);

/* {{ ref('x') }} and {{ source('s', 't') }}, of an input's relation; NULL
 * when it has none. In the arena. */
const char *relation_jinja(struct work *, struct json_object *relation);
/* A name as the dialect writes it, in quotes where needed. In the arena. */
const char *gen_ident(struct work *, const char *name);
bool gen_ident_quoted(struct work *, const char *name);
/* The dialect's name for a T-SQL type; NULL when there is none. */
const char *gen_type(struct work *, const char *tsql_type);

/* migration_changes.md, put together from what each model left in
 * DIR/.mig/changes. */
void changes_note(struct work *);
void changes_plan(struct work *); /* what isn't migrated */
int changes_write(struct gen *);

#endif
