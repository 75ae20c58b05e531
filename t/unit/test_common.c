#include "common/arena.h"
#include "common/buf.h"
#include "common/encoding.h"
#include "common/fs.h"
#include "common/map.h"
#include "common/proc.h"
#include "common/sha256.h"

#include "test.h"

static void test_buf(void)
{
	struct buf b = BUF_INIT;

	test_str(buf_str(&b), "", "an untouched buffer is the empty string");
	buf_adds(&b, "ab");
	buf_addf(&b, "%d", 12);
	test_str(buf_str(&b), "ab12", "text and numbers are added in order");
	buf_setlen(&b, 1);
	test_str(buf_str(&b), "a", "a buffer is shortened");
	buf_release(&b);
}

static void test_map(void)
{
	struct map m;
	int a = 1, b = 2;
	char key[16];
	int i;

	map_init(&m, MAP_FOLD);
	map_set(&m, "Order", &a);
	test_ok(map_get(&m, "ORDER") == &a, "names are found without case");
	map_set(&m, "K\xc3\x96LN", &b);
	test_ok(map_get(&m, "k\xc3\xb6ln") == &b, "letters of UTF-8 fold too");
	test_ok(map_get(&m, "Orders") == NULL, "an absent name is NULL");
	for (i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		map_set(&m, key, &a);
	}
	test_int((intmax_t)m.nr, 1002, "a thousand keys are kept apart");
	test_str(m.items[0].key, "Order", "the order of insertion is kept");
	map_release(&m, NULL);
}

static void test_arena(void)
{
	struct arena a = ARENA_INIT;
	char *big;

	test_str(arena_printf(&a, "%s-%d", "x", 7), "x-7", "arena_printf");
	big = arena_alloc(&a, 10 * 1024 * 1024);
	test_int(big[10 * 1024 * 1024 - 1], 0, "a giant block is zeroed");
	arena_reset(&a);
	test_int((intmax_t)a.used, 0, "a reset arena is empty");
	arena_release(&a);
}

static void test_paths(void)
{
	char *s;

	test_ok(fs_path_is_inside("models/a.sql"), "a plain path is inside");
	test_ok(!fs_path_is_inside("../a"), "a parent is outside");
	test_ok(!fs_path_is_inside("a/../../b"), "a hidden parent is outside");
	test_ok(!fs_path_is_inside("/etc/passwd"), "an absolute path is out");
	test_ok(!fs_path_is_inside("a\nb"), "a newline is refused");
	s = fs_safe_name("../etc/p w\n");
	test_str(s, "_._etc_p_w_", "a hostile name becomes a plain one");
	free(s);
}

static void test_sha256(void)
{
	char hex[SHA256_HEX];

	/* FIPS 180-4's own examples. */
	sha256_of("abc", 3, hex);
	test_str(hex,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad",
	    "the hash of abc");
	sha256_of("abcdbcdecdefdefgefghfghighijhijk"
		  "ijkljklmklmnlmnomnopnopq",
	    56, hex);
	test_str(hex,
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1",
	    "the hash of two blocks");
}

static void decodes(
    const char *in, size_t len, const char *expected, const char *what)
{
	struct buf b = BUF_INIT;

	text_decode(in, len, &b, NULL);
	test_str(buf_str(&b), expected, what);
	buf_release(&b);
}

static void test_encoding(void)
{
	struct buf b = BUF_INIT;

	decodes("\xef\xbb\xbf"
		"a",
	    4, "a", "the mark of UTF-8 goes");
	decodes("\xff\xfeG\0O\0", 6, "GO", "UTF-16LE by its mark");
	decodes("\xfe\xff\0G\0O", 6, "GO", "UTF-16BE by its mark");
	decodes("G\0O\0\n\0 \0", 8, "GO\n ", "UTF-16LE by its zeros");
	decodes("caf\xe9 \x80", 6, "caf\xc3\xa9 \xe2\x82\xac",
	    "what isn't UTF-8 is Windows-1252");
	decodes("\xff\xfe\x3d\xd8\x00\xde", 6, "\xf0\x9f\x98\x80",
	    "a surrogate pair is one character");
	test_int((intmax_t)text_decode("\xff\xfe\x00\xd8", 4, &b, NULL), 1,
	    "a lone surrogate is counted as bad");
	buf_release(&b);
}

static void test_proc(void)
{
	static const char *const argv[] = {"env", NULL};
	struct buf out = BUF_INIT;

	setenv("ANTHROPIC_API_KEY", "sk-secret", 1);
	setenv("MIG_PLAIN", "seen", 1);
	test_int(proc_run(argv, NULL, &out), 0, "a child runs");
	test_ok(strstr(buf_str(&out), "MIG_PLAIN=seen") != NULL,
	    "a child has our environment");
	test_ok(strstr(buf_str(&out), "sk-secret") == NULL,
	    "a child has no key of ours");
	buf_release(&out);
}

int main(void)
{
	test_proc();
	test_encoding();
	test_buf();
	test_map();
	test_arena();
	test_paths();
	test_sha256();
	return test_done();
}
