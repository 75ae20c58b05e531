/*
 * The JSON of a dialect: DIR/NAME.json of $MIG_DIALECTS, a site's own, else
 * share/dialects/NAME.json. "extends" names a shared one, over which the
 * members are put. The caller owns it; NULL, after messages that say which
 * member is wrong, when it can't be had.
 */
#ifndef TSQL_DIALECT_FILE_H
#define TSQL_DIALECT_FILE_H

struct json_object;

struct json_object *dialect_file(const char *name);

#endif
