/*
 * mig-plan: what its files share. All objects of the input are in memory, for
 * the order is known only when the last one has been read.
 *
 * Objects and models are owned by the plan's arena; JSON values by the plan
 * (objects' records) or by the record that they are put on.
 */
#ifndef MIG_PLAN_H
#define MIG_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent.h"
#include "common/arena.h"
#include "common/finding.h"
#include "common/graph.h"
#include "common/jsonl.h"
#include "common/map.h"
#include "common/opt.h"
#include "tsql/catalog.h"
#include "tsql/profile.h"

enum object_kind {
	OBJECT_TABLE,
	OBJECT_VIEW,
	OBJECT_PROCEDURE,
	OBJECT_FUNCTION,
	OBJECT_TRIGGER,
	OBJECT_SYNONYM,
	OBJECT_SEQUENCE,
	OBJECT_TYPE,
	OBJECT_JOB,
	OBJECT_SYSTEM, /* sys.x, INFORMATION_SCHEMA.x: never in the input */
	OBJECT_KIND_NR
};

struct object;
struct model;

/* One use of another object. */
struct use {
	struct object *of;
	bool reads;
	enum tsql_write_verb write;
	bool writes;
};

struct object {
	enum object_kind kind;
	const char *id; /* with the database in front when there are several,
			 * or when it is a foreign one */
	const char *schema, *name;
	const char *database;	    /* "": not known */
	const char *collation;	    /* its database's, or NULL */
	struct json_object *record; /* NULL: named, but not in the input */
	struct tsql_object *cat;    /* in the catalogue, or NULL */
	bool missing;
	struct use *use;
	uint32_t nuse, use_cap;
	uint32_t visit; /* mark of the walk that came here last */
	/* What is planned: */
	struct model *model; /* the one that has its rows; or NULL */
	uint32_t readers;    /* objects that read it, its writers left out */
	bool is_source;	     /* declared as one */
	bool keeps_rows;     /* source for the rows from before */
	const char *source, *table; /* names of the source, safe ones */
	const char *reason;	    /* why it is not planned, or NULL */
	bool inlined;
	struct json_object *writers; /* ids of procedures, or NULL; owned */
	struct json_object *named;   /* columns that uses name, when missing */
};

enum layer { LAYER_STAGING, LAYER_INTERMEDIATE, LAYER_MARTS };

struct model {
	struct object *object, *target; /* target: the table it becomes, or
					 * NULL; tables and views: object */
	uint32_t nr;
	enum layer layer;
	const char *name, *path;
	const char *base; /* the name before collisions were settled */
	const char *materialized;
	const char *strategy; /* NULL: not incremental */
	enum tsql_pattern pattern;
	bool keeps_rows;	     /* of the target, from before */
	struct json_object *key;     /* unique_key: an array, or NULL */
	struct json_object *outline; /* or NULL */
	struct json_object *columns; /* of a target that no table has */
	uint32_t wave;
	bool circle; /* an edge was cut: for a person to look at */
	struct findings findings;
	struct model **needs; /* filled before the graph is made */
	struct object **cut;  /* inputs that are read from a source */
	uint32_t ncut;
};

struct plan {
	struct agent *agent; /* NULL: the rules alone */
	const char *dir;     /* -C: an existing project, or NULL */
	const char *project, *dialect, *policy;
	size_t name_limit;     /* of the dialect; 0: none */
	const char *collation; /* of the first database record, or NULL */
	const char *database;  /* the first one, or NULL */
	bool several;	       /* objects of more than one database */
	struct map databases;  /* the objects' */
	/* of the database record that was read last: */
	const char *reading, *reading_collation;
	bool collation_assumed;
	struct arena arena;
	struct tsql_catalog *catalog;
	struct map by_id; /* "database\1schema.name", folded -> struct object */
	struct object **object;
	uint32_t nobject, object_cap;
	struct model **model;
	uint32_t nmodel, model_cap;
	struct map taken; /* names of models that are there already */
	struct json_object *existing; /* their names, sorted */
	struct json_object *cycles;
	struct map required; /* a model's name -> what it requires, owned */
	uint32_t waves, visit;
	struct opt_list select, exclude;
};

extern const char *const object_kind_names[];

/* objects.c: the input */
int plan_take(struct jsonl_reader *r, struct json_object *o, void *plan);
void plan_resolve(struct plan *); /* uses, once all records are there */
/* The object "schema.name" of a database ("" or NULL: the first); its name
 * may stand in front of the id. One that the input lacks is made, as missing.
 */
struct object *plan_object(struct plan *, const char *database, const char *id);
/* The same, or NULL. */
struct object *plan_known(struct plan *, const char *database, const char *id);
/* What a synonym of this database stands for. */
struct object *plan_written(
    struct plan *, const char *database, const char *written);
/* Is it of a database that the input is not about? */
bool plan_is_foreign(const struct plan *, const struct object *);

/* targets.c: what procedures become */
void plan_procedures(struct plan *);

/* A procedure that only sends rows: what INSERT … EXEC of it reads is what it
 * reads, its text takes its place. */
bool plan_only_gives_rows(const struct object *);

/* models.c: models of tables and views, order, circles */
struct model *plan_add_model(
    struct plan *, struct object *, struct object *target);
void plan_models(struct plan *);
void plan_order(struct plan *);
/* Calls fn once for each object that the model's T-SQL reaches, through
 * functions and synonyms; the model's own object is not given. */
typedef void reach_fn(void *data, struct object *);
void plan_reach(struct plan *, struct model *, reach_fn *, void *data);
/* Is this the table that the model becomes, read or not? */
bool model_is_target(const struct model *, const struct object *);
/* The model that an input's rows come from; NULL for a source. */
struct model *model_behind(const struct model *, const struct object *);
/* A table that its procedure writes and never reads. */
bool model_only_writes(const struct model *, const struct object *);
bool model_cuts(const struct model *, const struct object *);

/* names.c */
char *snake_case(struct arena *, const char *name);
/* The schema in snake case, behind its database when there are several. */
const char *area_name(
    struct plan *, const struct object *, const char *between);
void plan_names(struct plan *);
void plan_source_names(struct plan *);

/* project.c: an existing dbt project */
void project_read(struct plan *);

/* columns.c: columns, keys and tests as the records show them; each a new
 * reference, or NULL when there is nothing to show */
struct json_object *object_columns(struct plan *, struct object *);
struct json_object *object_keys(struct object *);
struct json_object *model_tests(struct plan *, struct model *);
struct json_object *model_vars(struct model *);
/* The dbt variables that have no default and that the model, or one that it
 * depends on, can't be built without. */
struct json_object *model_requires(
    struct plan *, struct model *, struct json_object *depends);

/* emit.c */
void plan_emit(struct plan *);

/* accept.c: a finished plan, with its proposals accepted; a status. */
int plan_accept(char **files, const struct opt_list *globs);

#endif
