#ifndef TSQL_AST_H
#define TSQL_AST_H

/*
 * The syntax tree of T-SQL.
 *
 * Ownership: every node lives in the arena that tsql_parse was given and
 * dies with it. Nodes hold pointers into the source text, so the source
 * must live as long as the tree. A node is allocated only as large as its
 * kind needs: never copy a struct with a union by value, keep pointers.
 *
 * Every node starts with struct tsql_node. off and len are bytes of the
 * source; a statement's span has no terminating semicolon, an expression's
 * span has its own parentheses (flag TSQL_PAREN). Comments and white space
 * are the bytes between the spans; nothing else is (tsql_reprint holds it).
 *
 * What the binder fills (bound, type) is NULL after parsing.
 *
 * Lists are arrays: v[0..n-1]; an absent list has n == 0. An absent name
 * has text == NULL. An absent node is NULL.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

struct tsql_type;    /* the binder's: lib/tsql/types.h */
struct tsql_binding; /* the binder's: lib/tsql/bind.h */

struct tsql_expr;
struct tsql_query;
struct tsql_from;
struct tsql_stmt;
struct tsql_with;
struct tsql_over;
struct tsql_dtype;

struct tsql_span {
	uint32_t off, len; /* len 0: absent */
};

struct tsql_node {
	uint16_t kind;	/* enum tsql_kind */
	uint16_t flags; /* TSQL_PAREN … */
	uint32_t off, len;
};

enum {
	TSQL_PAREN = 1 << 0,	/* expr, query, from: in parentheses */
	TSQL_NOT = 1 << 1,	/* NOT IN, NOT LIKE, IS NOT NULL … */
	TSQL_DISTINCT = 1 << 2, /* select, aggregate */
	TSQL_ALL = 1 << 3,	/* UNION ALL, COUNT(ALL x), GROUP BY ALL */
	TSQL_SEMI = 1 << 4,	/* stmt: a semicolon follows */
	TSQL_TRY = 1 << 5,	/* TRY_CAST, TRY_CONVERT, TRY_PARSE */
	TSQL_NATIONAL = 1 << 6, /* string literal with N */
	TSQL_IGNORE_NULLS = 1 << 7,
	TSQL_RESPECT_NULLS = 1 << 8,
	TSQL_NULL_ON_NULL = 1 << 9, /* JSON_OBJECT, JSON_ARRAY */
	TSQL_ABSENT_ON_NULL = 1 << 10,
	TSQL_PERCENT = 1 << 11,	  /* TOP */
	TSQL_WITH_TIES = 1 << 12, /* TOP */
	TSQL_DESC = 1 << 13,	  /* order item */
	TSQL_ASC = 1 << 14,	  /* order item, said */
	TSQL_RECOVERED = 1 << 15, /* holds an opaque part: has a finding */
};

enum tsql_kind {
	TSQL_NONE,

	/* expressions: struct tsql_expr, the union's member behind the kind */
	TSQL_E_NULL,
	TSQL_E_INT,	 /* lit: any size; the binder types it */
	TSQL_E_DECIMAL,	 /* lit: 1.5 */
	TSQL_E_FLOAT,	 /* lit: 1e3 */
	TSQL_E_MONEY,	 /* lit: $1.5, any currency sign, sign outside */
	TSQL_E_STRING,	 /* lit: text decoded; TSQL_NATIONAL */
	TSQL_E_BINARY,	 /* lit: 0xAB, span has the text */
	TSQL_E_DEFAULT,	 /* DEFAULT as a value */
	TSQL_E_COLUMN,	 /* name: 1 to 4 parts (also date parts as arguments) */
	TSQL_E_STAR,	 /* name: parts before .*, may be empty */
	TSQL_E_VARIABLE, /* name: one part with its @ or @@ */
	TSQL_E_PSEUDO,	 /* name: $action $identity $rowguid $node_id … */
	TSQL_E_UNARY,	 /* unary: + - ~ */
	TSQL_E_ARITH,	 /* binary: + - * / % & | ^ || << >> */
	TSQL_E_COMPARE,	 /* binary: = <> < … and IS [NOT] DISTINCT FROM */
	TSQL_E_AND,	 /* binary */
	TSQL_E_OR,	 /* binary */
	TSQL_E_NOT,	 /* unary */
	TSQL_E_BETWEEN,	 /* between; TSQL_NOT */
	TSQL_E_IN,	 /* in: list or query; TSQL_NOT */
	TSQL_E_LIKE,	 /* like; TSQL_NOT */
	TSQL_E_IS_NULL,	 /* unary; TSQL_NOT */
	TSQL_E_EXISTS,	 /* sub */
	TSQL_E_QUANTIFIED, /* quant: x > ALL (select) */
	TSQL_E_CASE,	   /* kase */
	TSQL_E_CAST,	   /* cast: CAST, TRY_CAST */
	TSQL_E_CONVERT,	   /* cast: CONVERT, TRY_CONVERT with style */
	TSQL_E_PARSE,	   /* cast: PARSE, TRY_PARSE, style = the culture */
	TSQL_E_CALL,	 /* call: also COALESCE, NULLIF, IIF, LEFT, UPDATE() */
	TSQL_E_SUBQUERY, /* sub: scalar subquery */
	TSQL_E_COLLATE,	 /* collate */
	TSQL_E_AT_TIME_ZONE, /* binary without op: l at time zone r */
	TSQL_E_METHOD,	     /* method: x.value('…','int'), x.Prop */
	TSQL_E_STATIC, /* method: hierarchyid::GetRoot(), owner = type name */
	TSQL_E_NEXT_VALUE, /* next: NEXT VALUE FOR seq [OVER (…)] */
	TSQL_E_ODBC,	   /* odbc: {d '…'} {t} {ts} {guid} {fn f(x)} */
	TSQL_E_LIST,	   /* list: (a, b) where a list stands for a value */
	TSQL_E_MATCH,	   /* MATCH(graph pattern): span only */
	TSQL_E_CURRENT_OF, /* name: WHERE CURRENT OF cursor; TSQL_ALL = GLOBAL
			    */
	TSQL_E_OPAQUE,	   /* could not be read: span only, has a finding */

	/* queries: struct tsql_query */
	TSQL_Q_SELECT,
	TSQL_Q_SETOP,
	TSQL_Q_VALUES, /* VALUES (…), (…) as a derived table or INSERT source */

	/* parts of queries */
	TSQL_ITEM,
	TSQL_ORDER,
	TSQL_TOP_CLAUSE,
	TSQL_GROUP,
	TSQL_OVER,
	TSQL_WITH,
	TSQL_CTE,
	TSQL_FOR,
	TSQL_HINT,
	TSQL_DTYPE,
	TSQL_OBJNAME,
	TSQL_WHEN,
	TSQL_OPTION, /* name [=] value, in any WITH (…) list */

	/* table sources: struct tsql_from */
	TSQL_T_NAME,	 /* table, view, synonym, CTE */
	TSQL_T_VARIABLE, /* @t */
	TSQL_T_DERIVED,	 /* (query) AS a (cols): also VALUES */
	TSQL_T_JOIN,
	TSQL_T_PIVOT,
	TSQL_T_UNPIVOT,
	TSQL_T_CALL,   /* f(x), ::f(x), CONTAINSTABLE, STRING_SPLIT … */
	TSQL_T_METHOD, /* x.nodes('…') AS t(c) */
	TSQL_T_OPENJSON,
	TSQL_T_OPENXML,
	TSQL_T_OPENROWSET,
	TSQL_T_OPENQUERY,
	TSQL_T_OPENDATASOURCE,
	TSQL_T_CHANGETABLE,
	TSQL_T_PREDICT,
	TSQL_T_DML, /* (INSERT/UPDATE/DELETE/MERGE … OUTPUT …) AS a */
	TSQL_T_OPAQUE,

	/* statements: struct tsql_stmt */
	TSQL_S_OPAQUE, /* could not be read; has a finding */
	TSQL_S_EMPTY,  /* only in IF x ; */
	TSQL_S_SELECT,
	TSQL_S_INSERT,
	TSQL_S_UPDATE,
	TSQL_S_DELETE,
	TSQL_S_MERGE,
	TSQL_S_TRUNCATE,
	TSQL_S_BULK_INSERT,
	TSQL_S_DECLARE,
	TSQL_S_DECLARE_CURSOR,
	TSQL_S_SET_VAR,	   /* SET @x = …, += …, SET @c = CURSOR FOR … */
	TSQL_S_SET_OPTION, /* SET NOCOUNT ON … */
	TSQL_S_IF,
	TSQL_S_WHILE,
	TSQL_S_BLOCK,
	TSQL_S_TRY,
	TSQL_S_THROW,
	TSQL_S_RAISERROR,
	TSQL_S_GOTO,
	TSQL_S_LABEL,
	TSQL_S_WAITFOR,
	TSQL_S_RETURN,
	TSQL_S_BREAK,
	TSQL_S_CONTINUE,
	TSQL_S_PRINT,
	TSQL_S_EXEC,
	TSQL_S_TRAN,   /* BEGIN, COMMIT, ROLLBACK, SAVE */
	TSQL_S_CURSOR, /* OPEN, CLOSE, DEALLOCATE, FETCH */
	TSQL_S_USE,
	TSQL_S_CREATE_TABLE, /* also external table, CTAS, table types */
	TSQL_S_ALTER_TABLE,
	TSQL_S_CREATE_VIEW, /* CREATE, ALTER, CREATE OR ALTER by verb */
	TSQL_S_CREATE_PROCEDURE,
	TSQL_S_CREATE_FUNCTION,
	TSQL_S_CREATE_TRIGGER,
	TSQL_S_CREATE_INDEX,
	TSQL_S_CREATE_TYPE, /* alias and CLR; table type is CREATE_TABLE */
	TSQL_S_CREATE_SEQUENCE,
	TSQL_S_CREATE_SYNONYM,
	TSQL_S_CREATE_SCHEMA,
	TSQL_S_CREATE_STATISTICS,
	TSQL_S_DROP,
	TSQL_S_GRANT,	/* GRANT, DENY, REVOKE */
	TSQL_S_GENERIC, /* the long tail: verb, class, name, options */
	TSQL_S_SQLCMD,	/* :r file, :setvar, !!cmd (option sqlcmd) */

	/* parts of statements */
	TSQL_COLUMN_DEF,
	TSQL_CONSTRAINT,
	TSQL_INDEX_DEF,
	TSQL_PARAM,
	TSQL_VAR_DECL,
	TSQL_ASSIGN,
	TSQL_OUTPUT,
	TSQL_MERGE_WHEN,
	TSQL_EXEC_ARG,
	TSQL_ALTER_ACTION,
	TSQL_TABLE_DEF,
	TSQL_SCHEMA_COL, /* column of WITH (…) in OPENJSON, OPENROWSET … */
	TSQL_KIND_COUNT
};

/* ---- names ---- */

struct tsql_name {
	const char *text; /* decoded, not NUL-ended; NULL: absent */
	uint32_t len;	  /* bytes of text; 0 in the gap of db..t */
	uint32_t off;	  /* in the source, with its quotes */
	uint32_t src_len;
	uint32_t quote; /* 0, '[' , '"' or '\'' (aliases in quotes) */
};

struct tsql_names {
	struct tsql_name *v;
	uint32_t n;
};

/* An object's name: server.database.schema.name, from the right. */
struct tsql_objname {
	struct tsql_node h;	/* TSQL_OBJNAME */
	uint32_t n;		/* 1 to 4 (more: a finding) */
	struct tsql_name *part; /* part[n - 1] is the object itself */
	struct tsql_binding *bound;
};

/* ---- lists ---- */

struct tsql_exprs {
	struct tsql_expr **v;
	uint32_t n;
};

struct tsql_stmts {
	struct tsql_stmt **v;
	uint32_t n;
};

struct tsql_froms {
	struct tsql_from **v;
	uint32_t n;
};

struct tsql_nodes {
	struct tsql_node **v;
	uint32_t n;
};

struct tsql_objnames {
	struct tsql_objname **v;
	uint32_t n;
};

/* ---- data types as written ---- */

struct tsql_dtype {
	struct tsql_node h; /* TSQL_DTYPE */
	uint16_t nargs;	    /* (p), (p,s) */
	bool max;	    /* (max) */
	bool varying;	    /* CURSOR VARYING */
	int32_t arg[2];
	struct tsql_objname *name; /* [schema.]name; two words: one part */
	struct tsql_objname *xml_schema; /* xml(collection) */
	bool xml_document;		 /* xml(DOCUMENT c) */
	bool xml_content;
	struct tsql_span args; /* the text of other arguments: vector(3, f) */
	const struct tsql_type *type; /* the binder's */
};

/* ---- expressions ---- */

enum tsql_op {
	TSQL_OP_NONE,
	TSQL_OP_ADD,
	TSQL_OP_SUB,
	TSQL_OP_MUL,
	TSQL_OP_DIV,
	TSQL_OP_MOD,
	TSQL_OP_BIT_AND,
	TSQL_OP_BIT_OR,
	TSQL_OP_BIT_XOR,
	TSQL_OP_BIT_NOT,
	TSQL_OP_CONCAT, /* || */
	TSQL_OP_SHL,
	TSQL_OP_SHR,
	TSQL_OP_EQ,
	TSQL_OP_NE, /* <> and != */
	TSQL_OP_LT,
	TSQL_OP_LE,
	TSQL_OP_GT,
	TSQL_OP_GE,
	TSQL_OP_NLT,	      /* !< */
	TSQL_OP_NGT,	      /* !> */
	TSQL_OP_DISTINCT,     /* IS DISTINCT FROM */
	TSQL_OP_NOT_DISTINCT, /* IS NOT DISTINCT FROM */
	TSQL_OP_LEFT_OUTER,   /* *= of old */
	TSQL_OP_RIGHT_OUTER,  /* =* */
};

struct tsql_when {
	struct tsql_node h;	/* TSQL_WHEN */
	struct tsql_expr *when; /* a value (simple) or a predicate */
	struct tsql_expr *then;
};

enum tsql_quant { TSQL_QUANT_ALL, TSQL_QUANT_ANY, TSQL_QUANT_SOME };

struct tsql_order {
	struct tsql_node h; /* TSQL_ORDER; TSQL_DESC, TSQL_ASC */
	struct tsql_expr *expr;
};

struct tsql_orders {
	struct tsql_order **v;
	uint32_t n;
};

enum tsql_bound_kind {
	TSQL_BOUND_NONE,
	TSQL_UNBOUNDED_PRECEDING,
	TSQL_PRECEDING, /* with an expression */
	TSQL_CURRENT_ROW,
	TSQL_FOLLOWING, /* with an expression */
	TSQL_UNBOUNDED_FOLLOWING,
};

enum tsql_frame { TSQL_FRAME_NONE, TSQL_FRAME_ROWS, TSQL_FRAME_RANGE };

/* OVER (…), OVER name, and an entry of the WINDOW clause */
struct tsql_over {
	struct tsql_node h;    /* TSQL_OVER */
	struct tsql_name name; /* entry of WINDOW: its name */
	struct tsql_name base; /* the window that it refers to */
	struct tsql_exprs partition;
	struct tsql_orders order;
	enum tsql_frame frame;
	enum tsql_bound_kind from, to; /* to NONE: the short form */
	struct tsql_expr *from_expr, *to_expr;
};

struct tsql_overs {
	struct tsql_over **v;
	uint32_t n;
};

/*
 * A call by name. Special forms keep their arguments in order:
 * TRIM(LEADING c FROM s): trim set, args c, s; TRIM(c FROM s) likewise;
 * JSON_OBJECT('k':v, …): pairs, args k, v, k, v …; CONTAINS((a, b), 'x'):
 * args[0] is TSQL_E_LIST. COUNT(*): args[0] is TSQL_E_STAR.
 * What follows the arguments inside the parentheses and is not understood
 * more closely (USE MODEL m, LANGUAGE 1033, RETURNING t) is in tail.
 */
struct tsql_call {
	struct tsql_name *part; /* part[nparts - 1] is the function */
	uint16_t nparts;
	uint8_t trim;	/* 0, or 1 FROM only, 2 LEADING, 3 TRAILING, 4 BOTH */
	bool pairs;	/* JSON_OBJECT, JSON_OBJECTAGG */
	bool no_parens; /* CURRENT_TIMESTAMP, USER … */
	uint16_t fn;	/* spare, for the binder */
	struct tsql_exprs args;
	struct tsql_over *over;
	struct tsql_orders within; /* WITHIN GROUP (ORDER BY …) */
	struct tsql_dtype *returning;
	struct tsql_span tail;
};

struct tsql_expr {
	struct tsql_node h;
	uint8_t op;		      /* enum tsql_op */
	uint8_t quant;		      /* enum tsql_quant */
	uint8_t nparts;		      /* of u.name */
	uint8_t facts;		      /* binder: enum tsql_facts */
	const struct tsql_type *type; /* binder */
	struct tsql_binding *bound;   /* binder */
	union {
		/* literals: decoded text for strings ('' undoubled), the
		 * source text for the others */
		struct {
			const char *text;
			uint32_t len;
		} lit;
		struct {
			struct tsql_name *part; /* nparts of them */
		} name;
		struct {
			struct tsql_expr *e;
		} unary;
		struct {
			struct tsql_expr *l, *r;
		} binary;
		struct {
			struct tsql_expr *e, *lo, *hi;
		} between;
		struct {
			struct tsql_expr *e;
			struct tsql_query *query; /* or: */
			struct tsql_exprs list;
		} in;
		struct {
			struct tsql_expr *e, *pattern, *escape;
		} like;
		struct {
			struct tsql_query *query;
		} sub;
		struct {
			struct tsql_expr *e;
			struct tsql_query *query;
		} quantified;
		struct {
			struct tsql_expr *operand; /* NULL: searched */
			struct tsql_when **when;
			uint32_t nwhen;
			struct tsql_expr *otherwise;
		} kase;
		struct {
			struct tsql_expr *e;
			struct tsql_dtype *to;
			struct tsql_expr *style; /* CONVERT; culture (PARSE) */
		} cast;
		struct tsql_call call;
		struct {
			struct tsql_expr *e;
			struct tsql_name name; /* or DATABASE_DEFAULT */
		} collate;
		struct {
			struct tsql_expr *e; /* METHOD: what it is called on */
			struct tsql_dtype *owner; /* STATIC */
			struct tsql_name name;
			bool call; /* false: a property */
			struct tsql_exprs args;
		} method;
		struct {
			struct tsql_objname *sequence;
			struct tsql_over *over;
		} next;
		struct {
			struct tsql_name name; /* d, t, ts, guid, fn … */
			struct tsql_expr *e;   /* the literal or the call */
		} odbc;
		struct {
			struct tsql_exprs list;
		} list;
	} u;
};

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

/* ---- parts of statements ---- */

enum tsql_verb {
	TSQL_VERB_NONE,
	TSQL_CREATE,
	TSQL_ALTER,
	TSQL_CREATE_OR_ALTER,
	TSQL_DROP_VERB,
	TSQL_GRANT,
	TSQL_DENY,
	TSQL_REVOKE,
	TSQL_OTHER_VERB, /* the first word says it */
};

enum tsql_constraint_kind {
	TSQL_PRIMARY_KEY,
	TSQL_UNIQUE,
	TSQL_FOREIGN_KEY,
	TSQL_CHECK,
	TSQL_DEFAULT_CONSTRAINT,
	TSQL_CONNECTION, /* graph edge */
};

enum tsql_action {
	TSQL_ACTION_NONE,
	TSQL_NO_ACTION,
	TSQL_CASCADE,
	TSQL_SET_NULL,
	TSQL_SET_DEFAULT,
};

struct tsql_key_col {
	struct tsql_name name;
	bool desc;
};

struct tsql_key_cols {
	struct tsql_key_col *v;
	uint32_t n;
};

struct tsql_constraint {
	struct tsql_node h; /* TSQL_CONSTRAINT */
	struct tsql_name name;
	enum tsql_constraint_kind what;
	int8_t clustered; /* 1, 0 NONCLUSTERED, -1 not said */
	bool hash;	  /* NONCLUSTERED HASH */
	bool not_for_replication, not_enforced;
	struct tsql_key_cols columns;
	struct tsql_objname *references;
	struct tsql_names ref_columns;
	enum tsql_action on_delete, on_update;
	struct tsql_expr *expr;	     /* CHECK, DEFAULT */
	struct tsql_name for_column; /* DEFAULT … FOR c */
	bool with_values;
	struct tsql_options_list options;
	struct tsql_span on; /* filegroup or scheme(column) */
};

struct tsql_constraints {
	struct tsql_constraint **v;
	uint32_t n;
};

struct tsql_column_def {
	struct tsql_node h; /* TSQL_COLUMN_DEF */
	struct tsql_name name;
	struct tsql_dtype *type;    /* NULL: computed, or timestamp alone */
	struct tsql_expr *computed; /* AS expr */
	struct tsql_name collation;
	int8_t nullable; /* 1 NULL, 0 NOT NULL, -1 not said */
	bool persisted, sparse, rowguidcol, hidden, filestream, column_set;
	bool identity, identity_nfr; /* NOT FOR REPLICATION */
	uint8_t generated;	     /* 's' ROW START, 'e' ROW END, other 'x' */
	struct tsql_expr *seed, *increment; /* NULL: 1, 1 */
	struct tsql_expr *masked;	    /* MASKED WITH (FUNCTION = '…') */
	struct tsql_options_list encrypted;
	struct tsql_constraints constraints; /* incl. DEFAULT */
	struct tsql_nodes indexes;	     /* inline: struct tsql_index_def */
};

struct tsql_index_def {
	struct tsql_node h; /* TSQL_INDEX_DEF: in a table, or the statement's */
	struct tsql_name name;
	bool unique;
	int8_t clustered; /* 1, 0, -1 not said */
	bool columnstore, hash;
	struct tsql_span flavour;   /* XML, SPATIAL, FULLTEXT, VECTOR … */
	struct tsql_objname *table; /* the statement's */
	struct tsql_key_cols columns;
	struct tsql_names include, order;
	struct tsql_expr *filter; /* WHERE */
	struct tsql_options_list options;
	struct tsql_span on;
};

/* Column list and options of a table: CREATE TABLE, table variable, table
 * type, function's RETURNS @t TABLE */
struct tsql_table_def {
	struct tsql_node h; /* TSQL_TABLE_DEF */
	struct tsql_column_def **column;
	uint32_t ncolumn;
	struct tsql_constraints constraints;
	struct tsql_index_def **index;
	uint32_t nindex;
	struct tsql_name period_start, period_end;
};

struct tsql_param {
	struct tsql_node h;    /* TSQL_PARAM */
	struct tsql_name name; /* with its @ */
	struct tsql_dtype *type;
	struct tsql_expr *def; /* default */
	bool output, readonly;
	int8_t nullable;
	bool varying;
};

struct tsql_params {
	struct tsql_param **v;
	uint32_t n;
};

struct tsql_var_decl {
	struct tsql_node h; /* TSQL_VAR_DECL */
	struct tsql_name name;
	struct tsql_dtype *type;      /* scalar, user type, CURSOR */
	struct tsql_table_def *table; /* TABLE (…) */
	struct tsql_expr *init;
	bool cursor;
};

/* SET of UPDATE and MERGE */
struct tsql_assign {
	struct tsql_node h;	   /* TSQL_ASSIGN */
	struct tsql_name variable; /* @v = … or @v = column = … */
	struct tsql_expr *target;  /* TSQL_E_COLUMN, or method call .WRITE() */
	uint8_t op;		   /* TSQL_OP_EQ, or the operator of += … */
	struct tsql_expr *value;   /* NULL for c.WRITE(…) */
};

struct tsql_assigns {
	struct tsql_assign **v;
	uint32_t n;
};

struct tsql_output {
	struct tsql_node h; /* TSQL_OUTPUT */
	struct tsql_items items;
	struct tsql_from *into; /* T_NAME or T_VARIABLE, or NULL */
	struct tsql_exprs into_columns;
	struct tsql_output *next; /* OUTPUT … INTO … OUTPUT … */
};

enum tsql_merge_when_kind {
	TSQL_WHEN_MATCHED,
	TSQL_WHEN_NOT_MATCHED, /* BY TARGET */
	TSQL_WHEN_NOT_MATCHED_BY_SOURCE,
};

enum tsql_merge_action { TSQL_M_UPDATE, TSQL_M_DELETE, TSQL_M_INSERT };

struct tsql_merge_when {
	struct tsql_node h; /* TSQL_MERGE_WHEN */
	enum tsql_merge_when_kind when;
	struct tsql_expr *cond; /* AND … */
	enum tsql_merge_action action;
	struct tsql_assigns set;
	struct tsql_exprs columns; /* INSERT (…): TSQL_E_COLUMN */
	struct tsql_exprs values;  /* n == 0: DEFAULT VALUES */
};

struct tsql_exec_arg {
	struct tsql_node h;	 /* TSQL_EXEC_ARG */
	struct tsql_name name;	 /* @p = … */
	struct tsql_expr *value; /* a bare word is TSQL_E_STRING by meaning,
				  * parsed as TSQL_E_COLUMN */
	bool output;
};

struct tsql_exec {
	struct tsql_name result;    /* EXEC @r = p */
	struct tsql_objname *name;  /* procedure; or */
	struct tsql_name variable;  /* EXEC @name; or */
	struct tsql_expr *text;	    /* EXEC (@sql + '…'): a + chain */
	struct tsql_expr *number;   /* p;2 */
	struct tsql_exec_arg **arg; /* also the arguments behind text */
	uint32_t narg;
	struct tsql_objname *at; /* AT linked server (or data source) */
	bool as_user, as_login;	 /* EXEC ('…') AS USER = 'u' */
	struct tsql_expr *as_name;
	struct tsql_options_list with; /* RECOMPILE, RESULT SETS … */
};

/* A cursor's definition: DECLARE c CURSOR, SET @c = CURSOR */
struct tsql_cursor_def {
	bool insensitive, scroll, forward_only, is_static, keyset, dynamic;
	bool fast_forward, read_only, scroll_locks, optimistic, type_warning;
	bool local, global, for_update;
	struct tsql_query *query;
	struct tsql_exprs update_columns;
};

enum tsql_tran {
	TSQL_TRAN_BEGIN,
	TSQL_TRAN_COMMIT,
	TSQL_TRAN_ROLLBACK,
	TSQL_TRAN_SAVE
};

enum tsql_cursor_verb { TSQL_OPEN, TSQL_CLOSE, TSQL_DEALLOCATE, TSQL_FETCH };

enum tsql_fetch {
	TSQL_FETCH_NEXT,
	TSQL_FETCH_PRIOR,
	TSQL_FETCH_FIRST,
	TSQL_FETCH_LAST,
	TSQL_FETCH_ABSOLUTE,
	TSQL_FETCH_RELATIVE
};

enum tsql_waitfor { TSQL_WAIT_DELAY, TSQL_WAIT_TIME, TSQL_WAIT_STATEMENT };

enum tsql_function_kind {
	TSQL_FN_SCALAR,
	TSQL_FN_INLINE,
	TSQL_FN_MULTI,
	TSQL_FN_CLR, /* EXTERNAL NAME */
};

enum tsql_trigger_time {
	TSQL_TRIGGER_AFTER,
	TSQL_TRIGGER_FOR,
	TSQL_TRIGGER_INSTEAD_OF
};

enum tsql_alter_kind {
	TSQL_ALTER_ADD,	   /* table: columns and constraints */
	TSQL_ALTER_COLUMN, /* column, or options only (ADD/DROP x) */
	TSQL_ALTER_DROP,   /* names with what they are */
	TSQL_ALTER_CHECK,  /* CHECK CONSTRAINT ALL | names */
	TSQL_ALTER_NOCHECK,
	TSQL_ALTER_TRIGGER, /* ENABLE / DISABLE TRIGGER */
	TSQL_ALTER_SWITCH,  /* SWITCH PARTITION … TO t: target */
	TSQL_ALTER_REBUILD,
	TSQL_ALTER_SET, /* SET (options) */
	TSQL_ALTER_CHANGE_TRACKING,
	TSQL_ALTER_OTHER, /* span only */
};

struct tsql_alter_drop {
	struct tsql_name name;
	uint8_t what; /* 'k' constraint, 'c' column, 'i' index, 'p' period */
};

struct tsql_alter_action {
	struct tsql_node h; /* TSQL_ALTER_ACTION */
	enum tsql_alter_kind what;
	int8_t with_check; /* 1 WITH CHECK, 0 WITH NOCHECK, -1 not said */
	bool all, enable;
	struct tsql_table_def *table;	/* ADD */
	struct tsql_column_def *column; /* ALTER COLUMN */
	struct tsql_alter_drop *drop;
	uint32_t ndrop;
	struct tsql_names names;     /* CHECK …, TRIGGER … */
	struct tsql_objname *target; /* SWITCH TO */
	struct tsql_options_list options;
};

/* ---- statements ---- */

struct tsql_stmt {
	struct tsql_node h; /* TSQL_S_…; TSQL_SEMI */
	uint32_t line;	    /* of its first byte, 1-based (first_line added) */
	uint32_t verb;	    /* enum tsql_verb, for DDL */
	struct tsql_binding *bound;
	union {
		struct tsql_query *select;
		struct {
			struct tsql_with *with;
			struct tsql_top *top;
			bool overwrite;		   /* reserved */
			struct tsql_from *target;  /* NAME, VARIABLE, OPENxxx */
			struct tsql_exprs columns; /* TSQL_E_COLUMN/PSEUDO */
			struct tsql_output *output;
			struct tsql_query *query; /* VALUES and SELECT; or */
			struct tsql_stmt *exec;	  /* EXEC …; or */
			bool default_values;
			struct tsql_options_list option;
		} insert;
		struct {
			struct tsql_with *with;
			struct tsql_top *top;
			struct tsql_from *target; /* may be an alias of from */
			struct tsql_assigns set;
			struct tsql_output *output;
			struct tsql_froms from;
			struct tsql_expr *where; /* TSQL_E_CURRENT_OF */
			struct tsql_options_list option;
		} update;
		struct {
			struct tsql_with *with;
			struct tsql_top *top;
			struct tsql_from *target;
			struct tsql_output *output;
			struct tsql_froms from;
			struct tsql_expr *where;
			struct tsql_options_list option;
		} del;
		struct {
			struct tsql_with *with;
			struct tsql_top *top;
			struct tsql_from *target; /* alias on it */
			struct tsql_from *source;
			struct tsql_expr *on;
			struct tsql_merge_when **when;
			uint32_t nwhen;
			struct tsql_output *output;
			struct tsql_options_list option;
		} merge;
		struct {
			struct tsql_objname *name;
			struct tsql_options_list options; /* PARTITIONS */
		} truncate;
		struct {
			struct tsql_objname *table;
			struct tsql_exprs columns;
			struct tsql_expr *file;
			struct tsql_options_list options;
		} bulk;
		struct {
			struct tsql_var_decl **v;
			uint32_t n;
		} declare;
		struct {
			struct tsql_name name;
			struct tsql_cursor_def def;
		} declare_cursor;
		struct {
			struct tsql_expr *target; /* VARIABLE, METHOD */
			uint8_t op;		  /* as in struct tsql_assign */
			struct tsql_expr *value;  /* NULL for @x.modify() */
			struct tsql_cursor_def *cursor;
		} set_var;
		struct {
			struct tsql_span name; /* words, commas included */
			uint16_t word;	       /* enum tsql_kw or 0 */
			int8_t on;	       /* 1, 0, -1: has a value */
			struct tsql_expr *value;
			struct tsql_objname *table; /* IDENTITY_INSERT t */
		} set_option;
		struct {
			struct tsql_expr *cond;
			struct tsql_stmt *then, *otherwise;
		} if_;
		struct {
			struct tsql_expr *cond;
			struct tsql_stmt *body;
		} while_;
		struct {
			struct tsql_stmts body;
			bool atomic; /* BEGIN ATOMIC WITH (…) */
			struct tsql_options_list options;
		} block;
		struct {
			struct tsql_stmts body, handler;
		} try_;
		struct {
			struct tsql_exprs args; /* THROW alone: none */
			struct tsql_options_list options; /* RAISERROR WITH */
		} raise;				  /* THROW, RAISERROR */
		struct tsql_name label;			  /* GOTO, LABEL, USE */
		struct {
			enum tsql_waitfor what;
			struct tsql_expr *value; /* also the TIMEOUT */
			struct tsql_stmt *stmt;	 /* WAITFOR (RECEIVE …) */
		} waitfor;
		struct tsql_expr *value; /* RETURN, PRINT; may be NULL */
		struct tsql_exec exec;
		struct {
			enum tsql_tran what;
			struct tsql_expr *name; /* COLUMN or VARIABLE */
			bool distributed;
			struct tsql_options_list options; /* MARK, DURABILITY */
		} tran;
		struct {
			enum tsql_cursor_verb what;
			bool global;
			struct tsql_name name; /* may start with @ */
			enum tsql_fetch fetch;
			struct tsql_expr *count;
			struct tsql_exprs into; /* variables */
		} cursor;
		struct {
			struct tsql_objname *name;
			bool external, type; /* CREATE TYPE … AS TABLE */
			bool node, edge, filetable;
			bool clone;		    /* Fabric: AS CLONE OF */
			struct tsql_table_def *def; /* NULL: CTAS w/o columns */
			struct tsql_names ctas_columns;
			struct tsql_query *query; /* CTAS */
			struct tsql_objname *clone_of;
			struct tsql_span on, textimage_on, filestream_on;
			struct tsql_options_list options;
		} table;
		struct {
			struct tsql_objname *name;
			bool external;
			struct tsql_alter_action *action;
		} alter_table;
		struct {
			struct tsql_objname *name;
			bool materialized;
			struct tsql_names columns;
			struct tsql_options_list options;
			struct tsql_query *query;
			struct tsql_span body;
			bool check_option;
		} view;
		struct {
			struct tsql_objname *name;
			struct tsql_expr *number; /* ;1 */
			struct tsql_params params;
			struct tsql_options_list options;
			bool for_replication;
			struct tsql_stmts body;
			struct tsql_span body_span;
			struct tsql_span external; /* EXTERNAL NAME a.b.c */
		} procedure;
		struct {
			struct tsql_objname *name;
			enum tsql_function_kind what;
			struct tsql_params params;
			struct tsql_dtype *returns;	 /* scalar */
			struct tsql_name table_variable; /* multi */
			struct tsql_table_def *table;	 /* multi, CLR */
			struct tsql_names order;	 /* CLR ORDER (…) */
			struct tsql_options_list options;
			struct tsql_query *query; /* inline: RETURN (…) */
			struct tsql_stmts body;	  /* scalar, multi */
			struct tsql_span body_span;
			struct tsql_span external;
		} function;
		struct {
			struct tsql_objname *name;
			struct tsql_objname *table; /* NULL: DDL trigger */
			bool all_server, database;
			enum tsql_trigger_time when;
			struct tsql_names events; /* INSERT … or DDL events */
			struct tsql_options_list options;
			bool append, not_for_replication;
			struct tsql_stmts body;
			struct tsql_span body_span;
			struct tsql_span external;
		} trigger;
		struct tsql_index_def *index;
		struct {
			struct tsql_objname *name;
			struct tsql_dtype *base; /* FROM t */
			int8_t nullable;
			struct tsql_span external;
		} type;
		struct {
			struct tsql_objname *name;
			struct tsql_dtype *type;
			struct tsql_options_list options; /* START WITH 1 … */
		} sequence;
		struct {
			struct tsql_objname *name, *target;
		} synonym;
		struct {
			struct tsql_name name, owner;
			struct tsql_stmts body; /* CREATE TABLE, VIEW, GRANT */
		} schema;
		struct {
			struct tsql_name name;
			struct tsql_objname *table;
			struct tsql_exprs columns;
			struct tsql_expr *filter;
			struct tsql_options_list options;
		} statistics;
		struct {
			struct tsql_span object; /* TABLE, VIEW, EXTERNAL … */
			uint16_t word;		 /* enum tsql_kw or 0 */
			bool if_exists;
			struct tsql_objnames names;
			struct tsql_objname *on; /* DROP INDEX i ON t, … */
			struct tsql_options_list options;
		} drop;
		struct {
			struct tsql_options_list permissions;
			struct tsql_span object_class; /* before :: */
			struct tsql_objname *object;
			struct tsql_names columns;
			struct tsql_objnames principals;
			bool with_grant, cascade, grant_option_for;
			struct tsql_objname *as;
		} grant;
		struct {
			struct tsql_span what; /* the words of verb and class:
						* CREATE LOGIN, DBCC … */
			uint16_t word;	       /* the verb's enum tsql_kw */
			struct tsql_objname *name; /* may be NULL */
			struct tsql_options_list options;
			struct tsql_span rest; /* behind the name */
		} generic;
		struct {
			struct tsql_span directive; /* :r, :setvar … */
			struct tsql_span arg;
		} sqlcmd;
	} u;
};

/* ---- the whole ---- */

struct tsql_batch {
	uint32_t off, len;	 /* without its GO line */
	uint32_t go_off, go_len; /* the GO line; len 0: ended by the file */
	uint32_t go_count;	 /* GO n; 1 when not said */
	/* in force where the batch starts: what a CREATE in it remembers */
	bool quoted_identifier, ansi_nulls;
	struct tsql_stmts stmts;
};

struct tsql_module {
	const char *src;
	uint32_t len;
	const char *file; /* as in the options */
	uint32_t first_line;
	bool quoted_identifier; /* at the end */
	struct tsql_batch **batch;
	uint32_t nbatch;
	uint32_t nstmt;	  /* all statements, nested ones too */
	uint32_t nopaque; /* of them opaque or recovered */
	/* lines: the offset of each line's first byte */
	uint32_t *line;
	uint32_t nline;
};

#endif
