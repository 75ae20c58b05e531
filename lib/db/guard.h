/*
 * What may be sent to a server: SELECT and SET of session options, nothing
 * that writes, runs a procedure, or takes part in a transaction.
 */
#ifndef DB_GUARD_H
#define DB_GUARD_H

/*
 * NULL when the batch may be sent, else what is wrong with it (static text).
 * Words inside strings, comments, brackets and double quotes don't count.
 */
const char *guard_refusal(const char *sql);

#endif
