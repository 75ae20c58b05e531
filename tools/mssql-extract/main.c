#include <fnmatch.h>

#include "common/mig.h"
#include "common/opt.h"

#include "source.h"

static int extract(const struct extract_options *o)
{
	const struct live_options *l = &o->live;
	bool live = l->server || l->dsn || l->connection;

	if ((o->ddl.nr > 0) + !!o->project + !!o->dacpac + !!l->server +
		!!l->dsn + !!l->connection >
	    1) {
		error("one source at a time: --ddl, --project, --dacpac, "
		      "--server, --dsn or --connection-string");
		return MIG_TROUBLE;
	}
	if (live)
		return source_live(o);
	if (o->ddl.nr)
		return source_script(o);
	if (o->project)
		return source_project(o);
	if (o->dacpac)
		return source_dacpac(o);
	error("no source: give --ddl FILE, --project FILE, --dacpac FILE or "
	      "--server HOST (see --help)");
	return MIG_TROUBLE;
}

/* A file by its name's end: a script unless that says something else. */
static void operand(struct extract_options *o, const char *file)
{
	if (!o->dacpac &&
	    (fnmatch("*.dacpac", file, 0) == 0 ||
		fnmatch("*.bacpac", file, 0) == 0 ||
		fnmatch("*.bak", file, 0) == 0))
		o->dacpac = file;
	else if (!o->project && fnmatch("*.sqlproj", file, 0) == 0)
		o->project = file;
	else
		opt_list_add(&o->ddl, file);
}

int main(int argc, char **argv)
{
	struct extract_options o = {0};
	struct opt live[LIVE_OPTIONS];
	const struct opt opts[] = {
	    {OPT_LIST, 0, "ddl", "FILE", &o.ddl,
		"read a SQL Server script, or all below a directory", NULL},
	    {OPT_STRING, 0, "project", "FILE", &o.project,
		"read an SSDT project (.sqlproj)", NULL},
	    {OPT_STRING, 0, "dacpac", "FILE", &o.dacpac, "read a .dacpac",
		NULL},
	    {OPT_STRING, 0, "rows", "DIR", &o.rows,
		"write rows as rowset files into DIR", NULL},
	    {OPT_LIST, 0, "database", "NAME", &o.live.databases,
		"name of the database (repeatable for a live server)", NULL},
	    {OPT_STRING, 0, "collation", "NAME", &o.collation,
		"the database's collation, where the source doesn't say", NULL},
	    {OPT_LIST, 0, "schema", "GLOB", &o.schemas,
		"only objects of these schemas", NULL},
	    {OPT_LIST, 0, "include", "GLOB", &o.include,
		"only objects whose id matches", NULL},
	    {OPT_LIST, 0, "exclude", "GLOB", &o.exclude,
		"no objects whose id matches", NULL},
	    {OPT_LIST, 0, "kinds", "KIND", &o.kinds,
		"only objects of this kind (repeatable)", NULL},
	    {OPT_FLAG, 0, "sqlcmd", NULL, &o.sqlcmd,
		"follow sqlcmd directives (:r, :setvar, $(var))", NULL},
	    {OPT_LIST, 'v', "variable", "NAME=VALUE", &o.variables,
		"a variable for $(NAME), with --sqlcmd or --project", NULL},
	    {OPT_GROUP, 0, NULL, NULL, live, NULL, NULL},
	    {OPT_END, 0, NULL, NULL, NULL, NULL, NULL}};
	const struct opt_tool tool = {"--ddl FILE...|--server HOST [OPTION...]",
	    "Extract the objects of a SQL Server database as records", opts};
	int i, status;

	mig_start(argv[0]);
	live_defaults(&o.live);
	live_option_table(&o.live, live);
	for (i = opt_parse(&tool, argc, argv); i < argc; i++)
		operand(&o, argv[i]);
	if (o.live.databases.nr)
		o.database = o.live.databases.items[0];
	status = extract(&o);
	opt_list_release(&o.live.databases);
	opt_list_release(&o.ddl);
	opt_list_release(&o.schemas);
	opt_list_release(&o.include);
	opt_list_release(&o.exclude);
	opt_list_release(&o.kinds);
	opt_list_release(&o.variables);
	return mig_finish(status);
}
