/*
 * The dbt helper's client: share/dbt/helper.py is a process for each dbt
 * project that all stages share, started when the first of them has something
 * to ask, ending soon after the last has left. Asking it costs what dbt's own
 * work costs; starting dbt costs seconds.
 *
 * A request is an object with "op":
 *   hello                        -> adapter, project, mode
 *   parse                        -> errors[], warnings[], models[]
 *   compile {select[]}           -> a reply {"result":{...}} for each node
 *   build {select[], full_refresh, tests} -> the same; upstream models that the
 *                                warehouse lacks are built too
 *   rows {model|sql, limit}      -> {"kind":"rowset","columns":[...]}, then a
 *                                JSON array for each row
 *   load {path, object, columns[{name,type,binary}]} -> loaded {source,
 *                                relation, rows} or null when no source of the
 *                                project names the object
 * A node's result: id, name, resource, status, file, seconds{compile,execute},
 * relation, model (of tests), failures, upstream[] (why it was skipped) and
 * errors[{phase,message,file,line,column,excerpt}].
 *
 * Requests of several clients are served one after another. A helper that was
 * killed is started again, and a request whose replies had not begun is asked
 * again.
 */
#ifndef MIG_DBT_HELPER_H
#define MIG_DBT_HELPER_H

#include <stddef.h>

#include <json-c/json.h>

struct dbt;

/* A client for the project in a directory; target NULL: the profile's own.
 * Nothing is started yet. dbt_close() frees it. */
struct dbt *dbt_open(const char *project, const char *target);
void dbt_close(struct dbt *d);

/* What went wrong in the last call; "" when nothing did. The client owns it. */
const char *dbt_error(const struct dbt *d);

/*
 * Gets each reply but the last: one line of JSON, NUL-terminated, good until
 * it returns. A negative value ends the call with -1.
 */
typedef int dbt_reply_fn(const char *line, size_t len, void *data);

/*
 * Asks. 0 when the answer is ok; -1 with dbt_error() when it isn't or the
 * helper can't be reached. *done (may be NULL) gets the last reply also when
 * it is an error, NULL when there is none: the caller puts it.
 */
int dbt_call(struct dbt *d, struct json_object *request, dbt_reply_fn *fn,
    void *data, struct json_object **done) __attribute__((warn_unused_result));

/* {"op":op}, to which the caller adds what the request needs and which it
 * puts. */
struct json_object *dbt_request(const char *op);

/* The adapter's type ("duckdb"), or NULL with dbt_error(). The client owns
 * it. */
const char *dbt_adapter(struct dbt *d);

#endif
