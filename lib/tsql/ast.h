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
	TSQL_S_BULK_INSERT, /* also INSERT BULK */
	TSQL_S_COPY_INTO,
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
	TSQL_S_UPDATE_STATISTICS,
	TSQL_S_ALTER_INDEX,
	TSQL_S_PARTITION_FUNCTION, /* CREATE, ALTER */
	TSQL_S_PARTITION_SCHEME,   /* CREATE, ALTER */
	TSQL_S_DROP,
	TSQL_S_GRANT,		/* GRANT, DENY, REVOKE */
	TSQL_S_SECURITY_POLICY, /* CREATE, ALTER */
	TSQL_S_AUTHORIZATION,	/* ALTER AUTHORIZATION ON … TO owner */
	TSQL_S_TRANSFER,	/* ALTER SCHEMA s TRANSFER … */
	TSQL_S_ENABLE_TRIGGER,	/* ENABLE, DISABLE TRIGGER … ON … */
	TSQL_S_OBJECT,		/* CREATE, ALTER, DROP of any other object */
	TSQL_S_COMMAND, /* BACKUP, RESTORE, DBCC, KILL, ADD SIGNATURE … */
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
	TSQL_POLICY_PREDICATE,
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

#include "tsql/ast_query.h"
#include "tsql/ast_stmt.h"

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
