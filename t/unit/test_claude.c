#include <json-c/json.h>

#include "common/claude_price.h"
#include "common/claude_retry.h"
#include "common/claude_route.h"
#include "common/schema.h"
#include "common/sse.h"

#include "test.h"

/* The events of a stream, spelled out, to compare with. */
static int spell(const char *name, const char *data, size_t len, void *context)
{
	buf_addf(context, "[%s|%.*s]", name, (int)len, data);
	return 0;
}

static char *sse_of(const char *s, size_t len, size_t piece)
{
	struct buf out = BUF_INIT;
	struct sse sse;
	size_t i;

	sse_init(&sse, spell, &out);
	for (i = 0; i < len; i += piece) {
		if (sse_feed(&sse, s + i, len - i < piece ? len - i : piece))
			buf_adds(&out, "error");
	}
	sse_release(&sse);
	buf_grow(&out, 0);
	return out.s;
}

static void test_sse(void)
{
	static const char stream[] =
	    "\xef\xbb\xbf"
	    "event: a\ndata: 1\n\n"
	    ": comment\n\ndata:2\ndata: 3\r\n\r\n"
	    "event:b\rdata\r\rid: 7\nretry: 5\nevent: lost\n\n"
	    "data:  two blanks\nnonsense\n\ndata: open";
	static const char expected[] = "[a|1][|2\n3][b|][| two blanks]";
	size_t piece;
	bool same = true;
	char *s;

	s = sse_of(stream, sizeof(stream) - 1, sizeof(stream));
	test_str(s, expected, "all line ends, comments, joined data lines");
	free(s);
	for (piece = 1; piece < sizeof(stream); piece++) {
		s = sse_of(stream, sizeof(stream) - 1, piece);
		same = same && strcmp(s, expected) == 0;
		free(s);
	}
	test_ok(same, "the same events whatever the pieces");
}

#define START                                                                  \
	"event: message_start\ndata: {\"type\":\"message_start\",\"message\":" \
	"{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\","           \
	"\"content\":[],\"stop_reason\":null,"                                 \
	"\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n"
#define BLOCK(i)                                                               \
	"event: content_block_start\ndata: {\"type\":\"content_block_start\"," \
	"\"index\":" #i ",\"content_block\":{\"type\":\"text\","               \
	"\"text\":\"\"}}\n\n"
#define TEXT(i, t)                                                             \
	"event: content_block_delta\ndata: {\"type\":\"content_block_delta\"," \
	"\"index\":" #i ",\"delta\":{\"type\":\"text_delta\",\"text\":\"" t    \
	"\"}}\n\n"
#define STOP(i)                                                                \
	"event: content_block_stop\ndata: {\"type\":\"content_block_stop\","   \
	"\"index\":" #i "}\n\n"
#define DELTA                                                                  \
	"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":"   \
	"{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}\n\n"
#define END "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
#define PING "event: ping\ndata: {\"type\":\"ping\"}\n\n"
#define WHOLE                                                                  \
	START PING BLOCK(0) TEXT(0, "ab") PING TEXT(0, "c") STOP(0) BLOCK(1)   \
	    TEXT(1, "d") STOP(1) DELTA END

static int feed(const char *name, const char *data, size_t len, void *context)
{
	return claude_msg_event(context, name, data, len);
}

/* The message's text, or "incomplete", or the error. */
static char *msg_of(const char *s, size_t len)
{
	struct claude_msg m;
	struct buf out = BUF_INIT;
	struct sse sse;

	claude_msg_init(&m);
	sse_init(&sse, feed, &m);
	if (sse_feed(&sse, s, len))
		buf_adds(&out, m.error);
	else if (!m.complete)
		buf_adds(&out, "incomplete");
	else
		claude_msg_text(m.message, &out);
	sse_release(&sse);
	claude_msg_release(&m);
	buf_grow(&out, 0);
	return out.s;
}

static void check_msg(const char *s, const char *expected, const char *what)
{
	char *got = msg_of(s, strlen(s));

	test_str(got, expected, what);
	free(got);
}

static void test_msg(void)
{
	size_t i, whole = 0;

	check_msg(WHOLE, "abcd", "text of all blocks, pings ignored");
	for (i = 0; i < sizeof(WHOLE) - 1; i++) {
		char *got = msg_of(WHOLE, i);

		whole += strcmp(got, "incomplete") != 0;
		free(got);
	}
	test_int((intmax_t)whole, 0, "cut at every byte: never complete");
	check_msg(START TEXT(0, "a"),
	    "broken stream: content_block_delta out of order",
	    "a delta without a block");
	check_msg(START START, "broken stream: a second message_start",
	    "a second start");
	check_msg(START BLOCK(1),
	    "broken stream: a block's index is out of order",
	    "a block that skips an index");
	check_msg(START BLOCK(0) END,
	    "broken stream: message_stop out of order", "an open block at end");
	check_msg(START BLOCK(0) STOP(0) END,
	    "broken stream: the message has no stop_reason", "no stop reason");
	check_msg("event: ping\ndata: {nonsense\n\n",
	    "broken stream: an event's data is not a JSON event: ping",
	    "data that is not JSON");
	check_msg("event: ping\ndata: {\"type\":\"message_stop\"}\n\n",
	    "broken stream: an event's name is not its type: ping",
	    "a name that isn't the type");
	check_msg(START "event: error\ndata: {\"type\":\"error\",\"error\":"
			"{\"type\":\"overloaded_error\",\"message\":"
			"\"Overloaded\"}}\n\n" END,
	    "Overloaded", "an error event ends the message");
	check_msg(START "event: news\ndata: {\"type\":\"news\"}\n\n" BLOCK(0)
		      STOP(0) DELTA END,
	    "", "unknown events are ignored");
}

static void test_usage(void)
{
	static const char text[] =
	    "{\"type\":\"message\",\"content\":[],\"stop_reason\":\"end_turn\","
	    "\"usage\":{\"input_tokens\":10,\"output_tokens\":20,"
	    "\"cache_creation_input_tokens\":300,"
	    "\"cache_read_input_tokens\":4000,\"cache_creation\":"
	    "{\"ephemeral_5m_input_tokens\":100,"
	    "\"ephemeral_1h_input_tokens\":200}}}";
	struct claude_msg m;
	struct claude_usage u;

	claude_msg_init(&m);
	test_int(claude_msg_body(&m, text, strlen(text)), 0, "a whole body");
	u = claude_msg_usage(m.message);
	test_int(u.cache_write_5m, 100, "writes for 5 minutes");
	test_int(u.cache_write_1h, 200, "writes for an hour");
	test_int(claude_usage_total(&u), 4330, "all tokens");
	claude_msg_release(&m);
	test_int(claude_msg_body(&m, "{\"type\":\"message\"}", 18), -1,
	    "half a body is none");
	claude_msg_release(&m);
}

static void check_cost(struct json_object *prices, const char *model,
    struct claude_usage u, bool batch, const char *expected, const char *what)
{
	int64_t pico = claude_cost(prices, model, &u, batch);
	char *usd = pico < 0 ? NULL : claude_usd(pico);

	test_str(usd, expected, what);
	free(usd);
}

static void test_cost(void)
{
	struct json_object *p = claude_prices_load("share/prices.json");
	struct claude_usage million = {1000000, 0, 0, 0, 0};
	struct claude_usage mixed = {123, 4567, 89, 8910, 321};
	struct claude_usage small = {1, 0, 0, 1, 1};
	struct claude_usage many = {70000, 0, 0, 40000, 1000};

	check_cost(p, "claude-opus-5-5", million, false, "4.00",
	    "a million tokens cost their price");
	check_cost(p, "claude-sonnet-4-6", mixed, false, "0.02551725",
	    "every column at its own price");
	check_cost(p, "claude-sonnet-4-6", mixed, true, "0.012758625",
	    "half in a batch");
	check_cost(p, "claude-haiku-5-5", small, true, "0.000000305",
	    "fractions of a cent are exact");
	check_cost(p, "claude-haiku-5-5", many, false, "0.0395",
	    "a long prompt costs its factor");
	check_cost(p, "claude-opus-5-5-20261001", million, false, "4.00",
	    "a dated id costs what its base costs");
	check_cost(
	    p, "gpt", million, false, NULL, "an unknown model: no price");
	json_object_put(p);
}

static void test_retry(void)
{
	struct http_call c;
	int64_t d;
	bool ok = true;
	unsigned i;

	memset(&c, 0, sizeof(c));
	test_ok(claude_may_retry(529, NULL, NULL), "529 is tried again");
	test_ok(claude_may_retry(408, NULL, NULL), "408 is tried again");
	test_ok(!claude_may_retry(400, NULL, NULL), "400 is not");
	test_ok(claude_may_retry(400, NULL, "true"), "unless it is told to");
	test_ok(!claude_may_retry(529, NULL, "false"), "or told not to");
	test_ok(!claude_may_retry(429, "enforced_spend_limit_reached", "true"),
	    "a spend limit never");
	for (i = 0; i < 100; i++) {
		int64_t most = i % 10 < 4 ? 500 << (i % 10) : 8000;

		d = claude_retry_delay(&c, i % 10);
		ok = ok && d <= most && d >= most * 3 / 4;
	}
	test_ok(ok, "backoff doubles to 8 s, less up to a quarter");
	map_init(&c.headers_in, MAP_EXACT);
	map_set(&c.headers_in, "retry-after", (char[]){"2.5"});
	test_int(claude_retry_delay(&c, 0), 2500, "retry-after in seconds");
	map_set(&c.headers_in, "retry-after-ms", (char[]){"70"});
	test_int(claude_retry_delay(&c, 0), 70, "retry-after-ms goes first");
	map_set(&c.headers_in, "retry-after-ms", (char[]){"-1"});
	test_int(claude_retry_delay(&c, 0), 2500, "a bad one doesn't count");
	map_release(&c.headers_in, NULL);
	test_int((intmax_t)claude_rfc3339("2026-03-01T00:00:00Z"), 1772323200,
	    "a time of day in UTC");
	test_int((intmax_t)(claude_rfc3339("2024-02-29T12:30:00.5+02:00") * 2),
	    INTMAX_C(1709202600) * 2 + 1, "with a fraction and a zone");
	test_int((intmax_t)claude_rfc3339("soon"), -1, "nonsense");
}

static void test_rate(void)
{
	struct claude_rate r;

	memset(&r, 0, sizeof(r));
	test_int(claude_rate_wait(&r, 10), 0, "nothing known: go");
	r.bucket[RATE_REQUESTS].known = true;
	r.bucket[RATE_REQUESTS].remaining = 2;
	r.bucket[RATE_REQUESTS].reset_ms = http_now_ms() + 5000;
	claude_rate_start(&r, 10);
	test_int(claude_rate_wait(&r, 10), 0, "one of two is left");
	claude_rate_start(&r, 10);
	test_ok(claude_rate_wait(&r, 10) > 4000, "none is left: wait");
	r.bucket[RATE_REQUESTS].remaining = 9;
	r.bucket[RATE_INPUT] = r.bucket[RATE_REQUESTS];
	r.bucket[RATE_INPUT].remaining = 25;
	test_ok(claude_rate_wait(&r, 10) > 4000, "too few tokens: wait");
	claude_rate_end(&r, 10);
	test_int(claude_rate_wait(&r, 10), 0, "an answer came: go");
}

static void check_schema(const char *value, const char *expected)
{
	static const char schema[] =
	    "{\"type\":\"object\",\"additionalProperties\":false,"
	    "\"required\":[\"a\"],\"properties\":{"
	    "\"a\":{\"type\":\"integer\"},\"b\":{\"enum\":[\"x\",null]},"
	    "\"c\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/s\"}},"
	    "\"d\":{\"anyOf\":[{\"type\":\"string\"},{\"const\":7}]}},"
	    "\"$defs\":{\"s\":{\"type\":[\"string\",\"null\"]}}}";
	struct json_object *s = claude_json(schema, strlen(schema));
	struct json_object *v = claude_json(value, strlen(value));
	char *wrong = schema_check(s, v);

	test_str(wrong, expected, value);
	free(wrong);
	json_object_put(v);
	json_object_put(s);
}

static void test_schema(void)
{
	check_schema("{\"a\":1,\"b\":null,\"c\":[\"x\",null],\"d\":7}", NULL);
	check_schema("{}", "$: lacks the field a");
	check_schema("[]", "$: not of type object");
	check_schema("{\"a\":1.5}", "$.a: not of type integer");
	check_schema("{\"a\":1,\"z\":2}", "$: has an unknown field z");
	check_schema(
	    "{\"a\":1,\"b\":\"y\"}", "$.b: not one of the values allowed");
	check_schema("{\"a\":1,\"c\":[\"x\",3]}",
	    "$.c[1]: of none of the types allowed");
	check_schema("{\"a\":1,\"d\":8}", "$.d: not of type string");
}

static void test_json(void)
{
	char deep[2001];

	memset(deep, '[', 1000);
	memset(deep + 1000, ']', 1000);
	deep[2000] = '\0';
	test_ok(!claude_json(deep, 2000), "nesting has a limit");
	test_ok(!claude_json("{\"a\":1} x", 9), "nothing may follow");
	test_ok(!claude_json("{\"a\":\"\xff\"}", 9), "text must be UTF-8");
}

static void check_route(struct json_object *models, struct claude_opts *o,
    const char *task, const char *level, const char *expected, const char *what)
{
	struct claude_route r;
	struct buf b = BUF_INIT;
	size_t i;

	if (claude_route_find(&r, models, o, task, level) == 0) {
		for (i = 0; i < r.nr; i++)
			buf_addf(&b, "%s ", r.models[i]);
	}
	test_str(buf_str(&b), expected, what);
	claude_route_release(&r);
	buf_release(&b);
}

static void test_route(void)
{
	struct json_object *m = claude_models_load("share/models.json");
	struct claude_opts o;
	const char *flags[] = {"any", "gen=g,h", "gen.hard=k"};

	unsetenv("MIG_MODEL");
	unsetenv("ANTHROPIC_MODEL");
	claude_opts_init(&o);
	check_route(m, &o, "gen", "hard", "claude-opus-5-5 claude-fable-5-2 ",
	    "by task and difficulty from the file");
	setenv("MIG_MODEL", "e1", 1);
	check_route(m, &o, "gen", "hard", "e1 ", "the environment wins");
	setenv("MIG_MODEL_GEN_HARD", "e2, e3", 1);
	check_route(m, &o, "gen", "hard", "e2 e3 ", "the narrower wins");
	o.models.items = flags;
	o.models.nr = 3;
	check_route(m, &o, "gen", "hard", "k ", "flags win over it");
	check_route(m, &o, "gen", "easy", "g h ", "for the task");
	check_route(m, &o, "fix", "easy", "any ", "for all");
	unsetenv("MIG_MODEL");
	unsetenv("MIG_MODEL_GEN_HARD");
	test_ok(!claude_caps_of(m, "llama").thinking,
	    "a foreign model isn't sent what it may not know");
	json_object_put(m);
}

int main(void)
{
	test_sse();
	test_msg();
	test_usage();
	test_cost();
	test_retry();
	test_rate();
	test_schema();
	test_json();
	test_route();
	return test_done();
}
