#ifndef TSQL_AST_STMT_H
#define TSQL_AST_STMT_H

/* A part of ast.h, which includes it: statements and their parts. */

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

/* What the long tail of statements is about: classes.def. */
enum tsql_class {
	TSQL_CLASS_NONE,
#define CLASS(name, words) TSQL_CLASS_##name,
#include "tsql/classes.def"
#undef CLASS
	TSQL_CLASS_COUNT
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
	struct tsql_binding *bound; /* of a table parameter: its object */
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
	TSQL_ALTER_SPLIT, /* SPLIT RANGE (v) of Synapse: partition */
	TSQL_ALTER_MERGE,
	TSQL_ALTER_INDEX, /* ALTER INDEX i REBUILD …: names, options */
	TSQL_ALTER_OTHER, /* options */
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
	/* SWITCH, REBUILD, SPLIT and MERGE: of the table, of the target */
	struct tsql_expr *partition, *target_partition;
	struct tsql_options_list options;
};

/* ADD FILTER PREDICATE f(c) ON t AFTER INSERT */
struct tsql_policy_predicate {
	struct tsql_node h; /* TSQL_POLICY_PREDICATE */
	uint32_t verb;	    /* enum tsql_verb: ADD is CREATE */
	bool block;	    /* else FILTER */
	struct tsql_expr *call;
	struct tsql_objname *table;
	struct tsql_span when; /* AFTER INSERT, BEFORE DELETE … */
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
			struct tsql_exprs columns;  /* COPY INTO's */
			struct tsql_table_def *def; /* INSERT BULK's */
			struct tsql_exprs files;
			struct tsql_options_list options;
		} bulk; /* BULK INSERT, INSERT BULK, COPY INTO */
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
			bool remote;	     /* of another server, PDW */
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
			struct tsql_objname *table;
			struct tsql_names names; /* none: all */
			struct tsql_options_list options;
		} update_statistics;
		struct {
			struct tsql_name name; /* absent: ALL */
			struct tsql_objname *table;
			uint16_t action; /* KW_REBUILD, KW_SET … or 0 */
			struct tsql_span action_text;
			struct tsql_expr *partition; /* a number, or ALL */
			struct tsql_options_list options;
		} alter_index;
		struct {
			struct tsql_name name;
			struct tsql_dtype *type;
			int8_t right; /* 1 RIGHT, 0 LEFT, -1 not said */
			struct tsql_exprs values;
			bool split, merge; /* ALTER: of values[0] */
		} partition_function;
		struct {
			struct tsql_name name, function;
			bool all; /* ALL TO */
			struct tsql_names filegroups;
		} partition_scheme; /* ALTER: NEXT USED filegroups[0] */
		struct {
			struct tsql_objname *name;
			struct tsql_policy_predicate **v;
			uint32_t n;
			struct tsql_options_list options;
			bool not_for_replication;
		} policy;
		struct {
			struct tsql_span object_class; /* before :: */
			struct tsql_objname *object;
			struct tsql_name owner; /* or the schema */
		} owner;			/* AUTHORIZATION, TRANSFER */
		struct {
			bool enable, all;
			struct tsql_objnames names;
			struct tsql_objname *on; /* NULL: */
			bool database, all_server;
		} enable_trigger;
		struct {
			struct tsql_span what; /* the words of verb and class:
						* CREATE LOGIN, DBCC … */
			uint16_t word;	       /* the verb's enum tsql_kw */
			uint16_t class;	       /* enum tsql_class */
			bool if_exists;
			struct tsql_objname *name;	  /* may be NULL */
			struct tsql_expr *value;	  /* AS … */
			struct tsql_options_list options; /* behind the name */
		} other;				  /* OBJECT, COMMAND */
		struct {
			struct tsql_span directive; /* :r, :setvar … */
			struct tsql_span arg;
		} sqlcmd;
	} u;
};

#endif
