/*
 * Credentials: taken from the environment once, kept in locked memory, wiped
 * when done, and struck out of every text that comes back from a server.
 */
#ifndef MIG_SECRET_H
#define MIG_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

struct secret {
	char *s; /* NULL when absent */
	size_t len, size;
};

/*
 * Moves the variable's value, behind `prefix`, into the secret; its bytes in
 * the environment (which /proc shows) are wiped and the variable is unset, so
 * that no child inherits it. False when it is absent or empty.
 */
bool secret_take(struct secret *s, const char *variable, const char *prefix);
void secret_release(struct secret *s);
/* Wipes the variable without keeping it: for tools that have no use for it. */
void secret_forget(const char *variable);

/* No core dump and no reading by other processes of the same user. */
void secret_harden(void);

/*
 * Replaces the secret's value (without its prefix of prefix_len bytes) in b by
 * as many '*', unless it is shorter than least: a local server's key may be a
 * word that any text holds.
 */
void secret_scrub(
    const struct secret *s, size_t prefix_len, size_t least, struct buf *b);

#endif
