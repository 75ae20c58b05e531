/*
 * Which dbt runs: $DBT, else bin/dbt of the virtual environment $VENV, else of
 * .venv beside the source tree's share/, else the first in PATH.
 */
#ifndef MIG_DBT_FIND_H
#define MIG_DBT_FIND_H

struct dbt_where {
	char *dbt;    /* the executable */
	char *python; /* the interpreter that can import it, else any */
};

/* 0, or -1 when there is none. The caller releases it. */
int dbt_find(struct dbt_where *w) __attribute__((warn_unused_result));
void dbt_where_release(struct dbt_where *w);

#endif
