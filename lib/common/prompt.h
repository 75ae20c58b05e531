/*
 * Prompts: plain files with named placeholders (share/prompts/TASK.md, or what
 * --prompt names), so that a user can copy and edit one.
 *
 * Lines "# System", "# Project", "# Request" and "# Data" begin the parts, in
 * this order, each but the last optional:
 *
 *	System   instructions, the same for every request: cached
 *	Project  what is the same for a whole run: cached behind it
 *	Request  instructions of one request: names the boundary
 *	Data     the user message: what the request is about
 *
 * {{name}} is replaced by a value; {{?name}} … {{/name}} stays only when the
 * value isn't empty. {{boundary}} is the request's random boundary; a prompt
 * must name it in its System, Project or Request part. Text before the first
 *part is for the reader of the file.
 *
 * A value is an instruction (PROMPT_PLAIN: one line that the tools chose,
 * PROMPT_TEXT: a file of share/ or of the user's own) or data (PROMPT_DATA:
 * anything from outside). Data always stand between fences that
 * hold the boundary, wherever a template puts them:
 *
 *	<<BOUNDARY name
 *	...
 *	>>BOUNDARY
 *
 * and only in the Data part: a template that puts data among instructions is
 * refused.
 */
#ifndef MIG_PROMPT_H
#define MIG_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/claude.h"
#include "common/map.h"

struct prompt {
	char *path, *name;
	char version[13]; /* start of the file's SHA-256 */
	struct buf part[4];
	size_t line[4]; /* where each part begins */
};

enum prompt_part { PROMPT_SYSTEM, PROMPT_PROJECT, PROMPT_REQUEST, PROMPT_USER };
enum prompt_kind { PROMPT_PLAIN, PROMPT_TEXT, PROMPT_DATA };

struct prompt_values {
	struct map map; /* name to struct prompt_value */
};

/* The prompt of a task, or the file at path unless that is NULL. NULL and a
 * message when it can't be used. */
struct prompt *prompt_load(const char *task, const char *path);
void prompt_free(struct prompt *p);

/* NULL-terminated names that a template may use and which of them are data;
 * -1 and a message with file and line for any other. */
struct prompt_name {
	const char *name;
	enum prompt_kind kind;
};
int prompt_check(const struct prompt *p, const struct prompt_name *names)
    __attribute__((warn_unused_result));

void prompt_values_init(struct prompt_values *v);
void prompt_values_release(struct prompt_values *v);
/* Copies. Control characters become U+FFFD, "\r\n" becomes "\n". A plain value
 * is one line. */
void prompt_set(struct prompt_values *v, const char *name,
    enum prompt_kind kind, const char *text);

/* Texts for a claude_request; system texts that the prompt lacks are left
 * out. The buffers are the caller's. */
struct prompt_filled {
	struct buf text[4];
	struct claude_text system[3];
	size_t nr_system;
	struct claude_text user;
};
void prompt_fill(const struct prompt *p, const struct prompt_values *v,
    struct prompt_filled *f);
void prompt_filled_release(struct prompt_filled *f);

#endif
