/*
 * What changed since an earlier extraction: its records by id, each as a hash
 * of what matters (row counts and usage don't).
 */
#ifndef EXTRACT_LIVE_SINCE_H
#define EXTRACT_LIVE_SINCE_H

#include "live.h"

/* Reads a catalogue's records; NULL after a message. */
struct map *since_load(const char *path);
void since_free(struct map *since);

/*
 * Is the record in line (one JSON object and a newline) new or other than it
 * was? Then "change":"added" or "changed" is put into it.
 */
bool since_changed(struct map *since, struct buf *line);

/* Writes a record with "change":"gone" for each object of this database that
 * was not met and that the writer wants. */
void since_gone(struct map *since, struct writer *w);

#endif
