#ifndef TSQL_AST_QUERY_H
#define TSQL_AST_QUERY_H

/* A part of ast.h, which includes it: queries, table sources, options. */

/* ---- queries ---- */

enum tsql_alias_style {
	TSQL_ALIAS_NONE,
	TSQL_ALIAS_AS,	   /* e AS a */
	TSQL_ALIAS_BARE,   /* e a */
	TSQL_ALIAS_EQUALS, /* a = e */
};

/* One entry of a select list (or of OUTPUT). */
struct tsql_item {
	struct tsql_node h; /* TSQL_ITEM */
	uint8_t alias_style;
	uint8_t assign_op; /* TSQL_OP_EQ: @v = e; TSQL_OP_ADD: @v += e … */
	struct tsql_name alias;
	struct tsql_name variable; /* SELECT @v = e */
	struct tsql_expr *expr;	   /* TSQL_E_STAR for * and t.* */
};

struct tsql_items {
	struct tsql_item **v;
	uint32_t n;
};

struct tsql_top {
	struct tsql_node h; /* TSQL_TOP_CLAUSE; TSQL_PERCENT, TSQL_WITH_TIES */
	bool approximate;   /* WITH APPROXIMATE */
	struct tsql_expr *count; /* TSQL_PAREN says whether TOP (n) or TOP n */
};

enum tsql_group_kind {
	TSQL_GROUP_EXPR,   /* list has one expression */
	TSQL_GROUP_EMPTY,  /* () */
	TSQL_GROUP_LIST,   /* (a, b) as one grouping element */
	TSQL_GROUP_ROLLUP, /* items */
	TSQL_GROUP_CUBE,   /* items */
	TSQL_GROUP_SETS,   /* items */
};

struct tsql_group {
	struct tsql_node h; /* TSQL_GROUP */
	enum tsql_group_kind group;
	struct tsql_exprs list;
	struct tsql_group **item;
	uint32_t nitem;
};

enum tsql_setop {
	TSQL_SET_NONE,
	TSQL_SET_UNION, /* TSQL_ALL */
	TSQL_SET_EXCEPT,
	TSQL_SET_INTERSECT,
};

enum tsql_for_kind {
	TSQL_FOR_NONE,
	TSQL_FOR_BROWSE,
	TSQL_FOR_XML_RAW,
	TSQL_FOR_XML_AUTO,
	TSQL_FOR_XML_EXPLICIT,
	TSQL_FOR_XML_PATH,
	TSQL_FOR_JSON_AUTO,
	TSQL_FOR_JSON_PATH,
};

struct tsql_option; /* below */

struct tsql_options_list {
	struct tsql_option **v;
	uint32_t n;
};

struct tsql_for {
	struct tsql_node h; /* TSQL_FOR */
	enum tsql_for_kind mode;
	struct tsql_expr *element; /* RAW('x'), PATH('x'): the string */
	struct tsql_options_list directives; /* TYPE, ROOT('r'), ELEMENTS … */
};

struct tsql_query {
	struct tsql_node h; /* TSQL_Q_…; TSQL_DISTINCT, TSQL_ALL, TSQL_PAREN */
	uint8_t setop;	    /* enum tsql_setop */
	bool fetch_approximate;	    /* FETCH APPROXIMATE */
	bool group_all;		    /* GROUP BY ALL */
	uint8_t group_with;	    /* 'r' WITH ROLLUP, 'c' WITH CUBE of old */
	struct tsql_with *with;	    /* CTEs, on the outermost query */
	struct tsql_binding *bound; /* binder: the scope */
	/* on any query, behind it: */
	struct tsql_orders order;
	struct tsql_expr *offset, *fetch;
	struct tsql_for *for_clause;
	struct tsql_options_list option; /* OPTION (…), on the outermost */
	union {
		struct {
			struct tsql_top *top;
			struct tsql_items items;
			struct tsql_objname *into;
			struct tsql_name into_filegroup;
			struct tsql_froms from;
			struct tsql_expr *where;
			struct tsql_group **group;
			uint32_t ngroup;
			struct tsql_expr *having;
			struct tsql_overs window;
		} select;
		struct {
			struct tsql_query *l, *r;
		} set;
		struct {
			struct tsql_exprs *row;
			uint32_t nrow;
		} values;
	} u;
};

struct tsql_cte {
	struct tsql_node h; /* TSQL_CTE */
	struct tsql_name name;
	struct tsql_names columns;
	struct tsql_query *query;
	struct tsql_binding *bound;
};

struct tsql_with {
	struct tsql_node h; /* TSQL_WITH */
	struct tsql_cte **cte;
	uint32_t ncte;
	/* WITH XMLNAMESPACES ('uri' AS p, DEFAULT 'uri') */
	struct tsql_options_list xmlnamespaces;
	struct tsql_expr *change_tracking; /* WITH CHANGE_TRACKING_CONTEXT(x) */
};

/* ---- table sources ---- */

enum tsql_join {
	TSQL_JOIN_INNER,
	TSQL_JOIN_LEFT,
	TSQL_JOIN_RIGHT,
	TSQL_JOIN_FULL,
	TSQL_JOIN_CROSS,
	TSQL_CROSS_APPLY,
	TSQL_OUTER_APPLY,
};

enum tsql_join_hint {
	TSQL_HINT_NONE,
	TSQL_HINT_LOOP,
	TSQL_HINT_HASH,
	TSQL_HINT_MERGE,
	TSQL_HINT_REMOTE,
	TSQL_HINT_REDUCE,	/* Synapse */
	TSQL_HINT_REDISTRIBUTE, /* Synapse */
	TSQL_HINT_REPLICATE,	/* Synapse */
};

enum tsql_temporal {
	TSQL_TEMPORAL_NONE,
	TSQL_AS_OF, /* from_time */
	TSQL_FROM_TO,
	TSQL_BETWEEN_AND,
	TSQL_CONTAINED_IN,
	TSQL_TEMPORAL_ALL,
};

/* A column of OPENJSON/OPENXML/OPENROWSET WITH (…) */
struct tsql_schema_col {
	struct tsql_node h; /* TSQL_SCHEMA_COL */
	struct tsql_name name;
	struct tsql_dtype *type;
	struct tsql_name collation;
	struct tsql_expr *path; /* string literal, or ordinal */
	bool as_json;
};

struct tsql_from {
	struct tsql_node h; /* TSQL_T_…; TSQL_PAREN */
	struct tsql_binding *bound;
	struct tsql_name alias;
	struct tsql_names columns;	/* AS a (c1, c2) */
	struct tsql_options_list hints; /* WITH (NOLOCK, INDEX(x)) */
	union {
		struct {
			struct tsql_objname *name;
			struct tsql_expr *sample;      /* TABLESAMPLE (n …) */
			struct tsql_expr *sample_seed; /* REPEATABLE */
			bool sample_rows,
			    sample_system; /* PERCENT if not rows */
			uint8_t temporal;  /* enum tsql_temporal */
			bool for_path;	   /* graph: FOR PATH */
			struct tsql_expr *time, *time_to;
		} name;
		struct {
			struct tsql_name name; /* with its @ */
		} variable;
		struct {
			struct tsql_query *query;
			bool for_path; /* graph: FOR PATH */
		} derived;
		struct {
			struct tsql_from *l, *r;
			uint8_t join, hint;
			struct tsql_expr *on; /* NULL: cross, apply */
		} join;
		struct {
			struct tsql_from *source;
			struct tsql_exprs aggregates; /* calls (one) */
			struct tsql_expr *column;     /* FOR column */
			struct tsql_names in;	      /* IN ([a], [b]) */
		} pivot;
		struct {
			struct tsql_from *source;
			struct tsql_name value;	 /* UNPIVOT (value */
			struct tsql_name column; /* FOR column */
			struct tsql_exprs in;	 /* IN (columns)) */
		} unpivot;
		struct {
			struct tsql_expr *call; /* TSQL_E_CALL, TSQL_E_STATIC */
			struct tsql_schema_col **schema; /* f(x) WITH (…) */
			uint32_t nschema;
		} call; /* also method: TSQL_E_METHOD */
		struct {
			struct tsql_exprs
			    args; /* expression, path | handle … */
			struct tsql_schema_col **schema;
			uint32_t nschema;
			struct tsql_objname *table; /* OPENXML … WITH table */
		} open;				    /* OPENJSON, OPENXML */
		struct {
			bool bulk;
			struct tsql_exprs args;		  /* positional */
			struct tsql_options_list options; /* of BULK, named */
			struct tsql_objname *object; /* provider's object */
			struct tsql_schema_col **schema;
			uint32_t nschema;
		} rowset; /* OPENROWSET, OPENDATASOURCE(…).db.s.t, PREDICT */
		struct {
			struct tsql_name server;
			struct tsql_expr *query; /* string */
		} openquery;
		struct {
			bool version; /* VERSION, else CHANGES */
			struct tsql_objname *table;
			struct tsql_exprs args;
			struct tsql_names pk;
		} changetable;
		struct {
			struct tsql_stmt *stmt;
		} dml;
	} u;
};

/* ---- options: the one shape of every WITH (…), hint and directive ---- */

/*
 * name is one or more words as written; value forms:
 *   NOLOCK                 nothing
 *   MAXDOP 4, FILLFACTOR = 80, ROOT('r')   value
 *   INDEX(a, b), OPTIMIZE FOR (@x = 1)     sub: one option each
 */
struct tsql_option {
	struct tsql_node h; /* TSQL_OPTION */
	struct tsql_span name;
	uint16_t word; /* enum tsql_kw of the first word, 0 if no keyword */
	bool equals;
	struct tsql_expr *value;
	struct tsql_options_list sub;
};

#endif
