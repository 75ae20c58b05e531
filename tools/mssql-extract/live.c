/*
 * A live source from start to end. Each database is read into a temporary
 * file first and goes to stdout when the catalogue was the same before and
 * after: a change in between, or a passing error, means reading again.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/mig.h"

#include "db/conf.h"

#include "live_pipe.h"
#include "live_since.h"

enum { MAX_READS = 3 };

enum outcome {
	READ_OK,
	READ_AGAIN,   /* after a passing error */
	READ_SINGLY,  /* at once, query by query */
	READ_CHANGED, /* the catalogue did, meanwhile */
	READ_FAILED,
};

static int write_modules(struct writer *w, struct db *d, struct queries *q)
{
	struct catalog *c = w->catalog;
	int id, definition, quoted, nulls, encrypted;
	size_t nr = 0;
	bool show = mig_progress_wanted();
	struct module_pipe pipe;
	int rc = catalog_open(c, d, q, "modules");

	if (rc <= 0)
		return rc;
	pipe_open(&pipe, w);
	id = db_find(d, "object_id");
	definition = db_find(d, "definition");
	quoted = db_find(d, "uses_quoted_identifier");
	nulls = db_find(d, "uses_ansi_nulls");
	encrypted = db_find(d, "is_encrypted");
	c->cursor = 0;
	while ((rc = db_fetch(d)) == 1) {
		struct live_object *o = catalog_find(c, db_int(d, id, 0));
		struct live_module m = {0};

		if (!o || !o->has_module)
			continue;
		m.quoted_identifier = db_int(d, quoted, 1) != 0;
		m.ansi_nulls = db_int(d, nulls, 1) != 0;
		m.text = db_text(d, definition, &m.len);
		if (db_broken(d)) {
			rc = -1;
			break;
		}
		m.encrypted = !m.text && db_int(d, encrypted, 0) == 1;
		pipe_put(&pipe, o, &m);
		if (show && ++nr % 500 == 0)
			fprintf(stderr, "\r%s: %zu of %zu objects", c->database,
			    nr, c->nr);
	}
	pipe_close(&pipe);
	if (show && nr >= 500)
		fputs("\r\033[K", stderr);
	if (rc == 0)
		db_finish(d); /* an error's words are kept */
	return rc;
}

/* Tables and their like need no definition: they go first. */
static int write_all(struct writer *w, struct db *d, struct queries *q)
{
	struct catalog *c = w->catalog;
	size_t i;

	for (i = 0; i < c->nr; i++) {
		struct live_object *o = c->objects[i];

		if (o->kind && !o->has_module)
			write_object(w, o, NULL);
	}
	if (write_modules(w, d, q) < 0)
		return -1;
	for (i = 0; i < c->nr; i++) { /* those whose text stayed hidden */
		struct live_object *o = c->objects[i];

		if (o->kind && !o->done)
			write_object(w, o, NULL);
	}
	for (i = 0; i < c->nr_jobs && !w->jobs_are_out; i++)
		write_object(w, c->jobs[i], NULL);
	if (w->since)
		since_gone(w->since, w);
	return 0;
}

static enum outcome read_database(
    struct writer *w, struct db *d, struct queries *q, bool last)
{
	bool again;
	int rc = catalog_read(w->catalog, d, q, &again);

	if (again)
		return READ_SINGLY;
	if (rc == 0 && !w->options->live.no_parse) {
		size_t n = live_parsers_wanted(w->catalog);

		while (w->nr_parsers < n)
			w->parsers[w->nr_parsers++] = live_parser_new(
			    w->catalog, w->options->rows != NULL);
	}
	if (rc < 0 || write_all(w, d, q) < 0) {
		if (db_worth_retry(d) && !last)
			return READ_AGAIN;
		live_report(d,
		    w->catalog->database ? w->catalog->database : "catalogue");
		return READ_FAILED;
	}
	if (w->options->rows && catalog_check_rows(w->catalog, d, q) < 0)
		return db_worth_retry(d) && !last ? READ_AGAIN : READ_FAILED;
	rc = catalog_changed(w->catalog, d, q);
	if (rc < 0)
		return db_worth_retry(d) && !last ? READ_AGAIN : READ_FAILED;
	return rc ? READ_CHANGED : READ_OK;
}

static int copy_out(FILE *spool)
{
	static char piece[1 << 18];
	ssize_t n;

	if (fflush(spool) != 0 || lseek(fileno(spool), 0, SEEK_SET) != 0)
		return -1;
	while ((n = read(fileno(spool), piece, sizeof(piece))) > 0) {
		if (fwrite(piece, 1, (size_t)n, stdout) != (size_t)n)
			return 0; /* mig_finish() tells */
	}
	return n < 0 ? -1 : 0;
}

/* What the person at the terminal should know, once. */
static void tell_missing(const struct catalog *c)
{
	size_t i;

	for (i = 0; i < c->nr_missing; i++) {
		const struct live_missing *m = &c->missing[i];

		if (*m->permission)
			warning("%s: %s; missing: %s; ask for: %s", c->database,
			    m->effect, m->permission, m->grant);
		else
			warning("%s: %s", c->database, m->effect);
	}
}

static int check(const struct catalog *c)
{
	struct buf b = BUF_INIT;

	database_record(c, &b);
	fwrite(b.s, 1, b.len, stdout);
	buf_release(&b);
	tell_missing(c);
	if (!c->nr_missing)
		fprintf(stderr,
		    "%s: %s sees all there is to extract (%zu objects)\n",
		    c->database, c->user ? c->user : "this login", c->nr);
	return c->nr_missing ? MIG_NEGATIVE : MIG_OK;
}

struct session {
	const struct extract_options *o;
	struct db_config config;
	struct queries *q;
	struct map *since;
	bool jobs_are_out; /* they are the server's, not a database's */
};

static int check_database(struct session *s)
{
	struct catalog c;
	struct db *d = live_connect(s->o, &s->config);
	int status = MIG_TROUBLE;
	bool again;

	if (!d)
		return MIG_TROUBLE;
	catalog_init(&c);
	if (catalog_read(&c, d, s->q, &again) < 0 && again) {
		catalog_release(&c);
		catalog_init(&c);
	}
	if ((!c.database && catalog_read(&c, d, s->q, &again) < 0) ||
	    catalog_check_rows(&c, d, s->q) < 0)
		live_report(d, "catalogue");
	else
		status = check(&c);
	catalog_release(&c);
	db_close(d);
	return status;
}

/* The records of one reading, from the spool to stdout. */
static int finish(struct writer *w, bool changed)
{
	struct catalog *c = w->catalog;

	if (changed) {
		findings_add(
		    &c->findings, FINDING_CATALOGUE_CHANGED, 0, 0, "%s", "");
		c->partial = true;
		warning("%s: the catalogue kept changing while it was read",
		    c->database);
	}
	if (fflush(w->out) != 0 || ferror(w->out) || fflush(w->tail) != 0 ||
	    ferror(w->tail)) {
		error("temporary file: %s", strerror(errno));
		return MIG_TROUBLE;
	}
	tell_missing(c);
	{
		FILE *spool = w->out;

		w->out = stdout;
		write_database(w);
		w->out = spool;
	}
	if (copy_out(w->out) < 0 || copy_out(w->tail) < 0) {
		error("temporary file: %s", strerror(errno));
		return MIG_TROUBLE;
	}
	return MIG_OK;
}

#define SPOOL_ROOM (1 << 18)

static FILE *spool_open(char room[SPOOL_ROOM])
{
	FILE *f = tmpfile();

	if (!f)
		error("temporary file: %s", strerror(errno));
	else
		setvbuf(f, room, _IOFBF, SPOOL_ROOM);
	return f;
}

static void writer_release(struct writer *w)
{
	if (w->out)
		fclose(w->out);
	if (w->tail)
		fclose(w->tail);
	buf_release(&w->line);
	buf_release(&w->refs);
	buf_release(&w->changed);
	while (w->nr_parsers)
		live_parser_free(w->parsers[--w->nr_parsers]);
}

static int extract_database(struct session *s)
{
	/* glibc heeds a size only with memory for it */
	static char out_room[SPOOL_ROOM], tail_room[SPOOL_ROOM];
	const struct extract_options *o = s->o;
	unsigned n, changes = 0;
	int status = MIG_TROUBLE;

	for (n = 1;; n++) {
		struct catalog c;
		struct writer w = {0};
		struct db *d = live_connect(o, &s->config);
		enum outcome got;
		bool again = false;

		if (!d)
			return MIG_TROUBLE;
		catalog_init(&c);
		w.options = o;
		w.catalog = &c;
		w.since = s->since;
		w.jobs_are_out = s->jobs_are_out;
		w.out = spool_open(out_room);
		w.tail = spool_open(tail_room);
		got = w.out && w.tail
		    ? read_database(&w, d, s->q, n > o->live.retries)
		    : READ_FAILED;
		if (got == READ_CHANGED && ++changes < MAX_READS) {
			warning("%s: the catalogue changed while it was read; "
				"reading again",
			    c.database);
			again = true;
		} else if (got == READ_SINGLY) {
			again = true;
			n--;
		} else if (got == READ_AGAIN) {
			warning("%s: %s; trying again",
			    c.database ? c.database : "server",
			    db_error(d)->text);
			again = true;
		} else if (got != READ_FAILED) {
			status = finish(&w, got == READ_CHANGED);
			s->jobs_are_out = s->jobs_are_out || c.nr_jobs;
			if (status == MIG_OK && o->rows)
				status = live_rows(o, &s->config, &c, &d);
		}
		writer_release(&w);
		catalog_release(&c);
		db_close(d);
		if (!again)
			return status;
		if (got == READ_AGAIN)
			live_pause(n);
	}
}

static int refuse(const struct live_options *l)
{
	if (l->connection && conf_has_password(l->connection)) {
		error("a password does not belong on the command line: leave "
		      "PWD out and give it by MSSQL_PASSWORD or --credentials");
		return MIG_TROUBLE;
	}
	if (l->sample < 0 || l->sample > 100) {
		error("--sample is a percentage, more than 0 and up to 100");
		return MIG_TROUBLE;
	}
	if (l->trust_certificate && l->encrypt &&
	    strcmp(l->encrypt, "strict") == 0) {
		error("--encrypt strict always checks the certificate: leave "
		      "--trust-server-certificate out");
		return MIG_TROUBLE;
	}
	if (l->trust_certificate)
		warning("the server's certificate is not checked: whoever is "
			"on the way can read and change everything");
	else if (l->encrypt && strcmp(l->encrypt, "require") != 0 &&
	    strcmp(l->encrypt, "strict") != 0)
		warning("encryption is not required: passwords and data may "
			"travel in clear");
	return 0;
}

int source_live(const struct extract_options *o)
{
	struct session s = {0};
	struct credentials who = {NULL, NULL};
	struct queries q;
	int status = MIG_OK, one = refuse(&o->live);
	size_t i = 0;

	if (one)
		return one;
	if (queries_load(&q) < 0)
		return MIG_TROUBLE;
	s.o = o;
	s.q = &q;
	if (o->live.since && !(s.since = since_load(o->live.since))) {
		status = MIG_TROUBLE;
		goto out;
	}
	if (credentials_get(&who, &o->live) < 0) {
		status = MIG_TROUBLE;
		goto out;
	}
	do {
		s.config = live_config(o, &who,
		    o->live.databases.nr ? o->live.databases.items[i] : NULL);
		one = o->live.check ? check_database(&s) : extract_database(&s);
		/* one database that can't be read doesn't stop the others */
		if (one > status)
			status = one;
	} while (++i < o->live.databases.nr);
out:
	since_free(s.since);
	credentials_release(&who);
	queries_release(&q);
	return status;
}
