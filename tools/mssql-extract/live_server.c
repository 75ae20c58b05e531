/* What the server says of itself, and of what the login may see. */
#include <inttypes.h>
#include <stdlib.h>

#include "common/alloc.h"

#include "live_reader.h"

static char *copy(struct db *d, const char *column)
{
	const char *s = db_text(d, db_find(d, column), NULL);

	return s ? xstrdup(s) : NULL;
}

int take_database(struct reader *r)
{
	struct catalog *c = r->c;
	struct db *d = r->d;
	int rc = db_fetch(d);

	if (rc != 1)
		return rc;
	free(c->database);
	free(c->version);
	free(c->edition);
	free(c->collation);
	free(c->user);
	free(c->login);
	c->version = copy(d, "product_version");
	c->edition = copy(d, "edition");
	c->database = copy(d, "database_name");
	c->collation = copy(d, "collation_name");
	c->user = copy(d, "user_name");
	c->login = copy(d, "login_name");
	c->engine = db_int(d, db_find(d, "engine_edition"), 0);
	c->compatibility = db_int(d, db_find(d, "compatibility_level"), 0);
	return db_fetch(d);
}

int take_permissions(struct reader *r)
{
	int rc = db_fetch(r->d);

	if (rc != 1)
		return rc;
	r->c->view_definition =
	    db_int(r->d, db_find(r->d, "view_definition"), 1) != 0;
	return db_fetch(r->d);
}

int take_unreadable(struct reader *r)
{
	struct db *d = r->d;
	int rc = db_fetch(d);
	int64_t n;
	const char *example;
	char *effect;

	if (rc != 1)
		return rc;
	n = db_int(d, db_find(d, "objects"), 0);
	example = db_text(d, db_find(d, "example"), NULL);
	if (n) {
		effect = xasprintf("the rows of %" PRId64
				   " tables and views can't be read, such as "
				   "those of %s",
		    n, example ? example : "?");
		catalog_need(r->c, "SELECT", effect, "GRANT SELECT TO %s");
		free(effect);
	}
	return db_fetch(d);
}

int take_fingerprint(struct reader *r)
{
	struct db *d = r->d;
	int rc = db_fetch(d);
	const char *modified;
	int64_t objects;

	if (rc != 1)
		return rc;
	objects = db_int(d, db_find(d, "objects"), 0);
	modified = db_text(d, db_find(d, "modified"), NULL);
	free(r->c->after);
	r->c->after =
	    xasprintf("%" PRId64 " %s", objects, modified ? modified : "");
	return db_fetch(d);
}
