/* The lexer: tokens are in order, inside of the text, and end. */
#include <stdint.h>

#include "tsql/lex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tsql_lexer lx;
	struct tsql_tok t;
	uint32_t at = 0;

	tsql_lex_init(&lx, (const char *)data, size);
	lx.no_go = size && data[0] & 1;
	do {
		tsql_lex(&lx, &t, 1);
		if (t.off < at || t.len > size - t.off ||
		    (!t.len && t.kind != TOK_EOF))
			abort();
		at = t.off + t.len;
	} while (t.kind != TOK_EOF);
	return 0;
}
