#include "common/buf.h"
#include "tsql/lex.h"

#include "test.h"

static const char *const kind_name[] = {
    [TOK_EOF] = "eof",
    [TOK_GO] = "go",
    [TOK_SQLCMD] = "sqlcmd",
    [TOK_WORD] = "word",
    [TOK_BRACKET] = "bracket",
    [TOK_DQUOTE] = "dquote",
    [TOK_STRING] = "string",
    [TOK_NSTRING] = "nstring",
    [TOK_INT] = "int",
    [TOK_DECIMAL] = "decimal",
    [TOK_FLOAT] = "float",
    [TOK_MONEY] = "money",
    [TOK_BINARY] = "binary",
    [TOK_VAR] = "var",
    [TOK_PSEUDO] = "pseudo",
    [TOK_BAD] = "bad",
};

/* "word:a int:1 p:+": kinds with texts, punctuation as p. */
static void tokens(const char *sql, const char *expected, const char *what)
{
	struct buf b = BUF_INIT;
	struct tsql_lexer lx;
	struct tsql_tok t;

	tsql_lex_init(&lx, sql, strlen(sql));
	for (;;) {
		tsql_lex(&lx, &t, 1);
		if (t.kind == TOK_EOF)
			break;
		buf_addf(&b, "%s%s:%.*s", b.len ? " " : "",
		    kind_name[t.kind] ? kind_name[t.kind] : "p", (int)t.len,
		    sql + t.off);
	}
	test_str(buf_str(&b), expected, what);
	buf_release(&b);
}

static void test_words(void)
{
	tokens("a_1 #t ##g b$", "word:a_1 word:#t word:##g word:b$",
	    "a word holds _, #, $ and digits");
	tokens("@v @@rowcount", "var:@v var:@@rowcount", "variables");
	tokens("Größe таблица 表", "word:Größe word:таблица word:表",
	    "letters of any script");
	tokens("a\xC2\xA0"
	       "b",
	    "word:a word:b", "a no-break space separates words");
	tokens("\xEF\xBB\xBFselect", "word:select",
	    "a byte order mark is white space");
	tokens("[a]]b] \"c\"\"d\"", "bracket:[a]]b] dquote:\"c\"\"d\"",
	    "doubled closing quotes stay inside of a name");
	tokens("a$(v)b", "word:a$(v)b", "a sqlcmd variable is part of a word");
	tokens("$action", "pseudo:$action", "pseudo columns");
	tokens("a.<n, sysname, t>", "word:a p:. word:<n, sysname, t>",
	    "a template's parameter is a word");
	tokens(
	    "a <b", "word:a p:< word:b", "less-than before a word is itself");
}

static void test_literals(void)
{
	tokens("1 1. .5 1.5e-3 2e",
	    "int:1 decimal:1. decimal:.5 "
	    "float:1.5e-3 float:2e",
	    "numbers");
	tokens("1a", "int:1 word:a", "a number ends before a letter");
	tokens("0x 0xFf", "binary:0x binary:0xFf", "binary constants");
	tokens("$1.5 \xE2\x82\xAC"
	       "3 $",
	    "money:$1.5 money:\xE2\x82\xAC"
	    "3 money:$",
	    "money with any currency sign");
	tokens("'a''b' N'c'", "string:'a''b' nstring:N'c'", "strings");
	tokens("N 'c'", "word:N string:'c'", "N and a string with a blank");
}

static void test_trivia(void)
{
	tokens("a -- x\nb", "word:a word:b", "a comment ends with its line");
	tokens("a /* /* */ x */ b", "word:a word:b", "comments nest");
	tokens("a/*", "word:a", "an open comment runs to the end");
	tokens("a--", "word:a", "a comment may end the text");
}

static void test_operators(void)
{
	tokens("a<>b!=c", "word:a p:<> word:b p:!= word:c", "not equal");
	tokens("a!<b!>c", "word:a p:!< word:b p:!> word:c",
	    "not less, not greater");
	tokens("a+=1", "word:a p:+= int:1", "compound assignment");
	tokens("a||b", "word:a p:|| word:b", "concatenation");
	tokens("t::f", "word:t p::: word:f", "scope operator");
	tokens("\\", "bad:\\", "what is no token is bad");
}

static void test_go(void)
{
	tokens("a\nGO\nb", "word:a go:GO word:b", "GO on its own line");
	tokens("a\n  go 5 -- x\nb", "word:a go:go 5 word:b",
	    "GO with a count and a comment");
	tokens("a GO", "word:a word:GO", "GO behind a word is a word");
	tokens("GO b", "word:GO word:b", "GO before a word is a word");
	tokens("'\nGO\n'", "string:'\nGO\n'", "GO in a string is text");
	tokens("/*\nGO\n*/a", "word:a", "GO in a comment is none");
	tokens("GO;", "go:GO;", "GO with a semicolon");
	tokens("gone", "word:gone", "a longer word is not GO");
}

static void test_sqlcmd(void)
{
	tokens(
	    ":r x.sql\na", "sqlcmd::r x.sql word:a", "a directive is a line");
	tokens(":setvar a \"b\"", "sqlcmd::setvar a \"b\"", "setvar");
	tokens("!!dir", "sqlcmd:!!dir", "an operating system command");
	tokens("a:r", "word:a p:: word:r", "a colon inside of a line is none");
	tokens(":other", "p:: word:other", "unknown directives are none");
}

static void test_keywords(void)
{
	const char *less = "selec", *more = "selecta";
	unsigned i, missed = 0;
	char lower[64];
	size_t n, k;

	for (i = 1; i < KW_NR; i++) {
		n = strlen(tsql_kw_text[i]);
		for (k = 0; k < n; k++)
			lower[k] = (char)(tsql_kw_text[i][k] | 0x20);
		for (k = 0; k < n; k++)
			if (tsql_kw_text[i][k] == '_')
				lower[k] = '_';
		if (tsql_keyword(tsql_kw_text[i], n, tsql_kw_text[i] + n) != i)
			missed++;
		if (tsql_keyword(lower, n, lower + n) != i)
			missed++;
	}
	test_int(missed, 0, "every keyword is found in both cases");
	test_int(tsql_keyword(less, 5, less + 5), KW_NO_KEYWORD,
	    "a prefix of a keyword is none");
	test_int(tsql_keyword(more, 7, more + 7), KW_NO_KEYWORD,
	    "a longer word is none");
}

int main(void)
{
	test_words();
	test_literals();
	test_trivia();
	test_operators();
	test_go();
	test_sqlcmd();
	test_keywords();
	return test_done();
}
