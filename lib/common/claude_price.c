#include <math.h>

#include "common/alloc.h"
#include "common/claude_price.h"
#include "common/fs.h"
#include "common/jsonl.h"
#include "common/mig.h"

static const char *const columns[] = {
    "input", "output", "cache_write_5m", "cache_write_1h", "cache_read"};

static bool is_priced(struct json_object *row)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (!(js_double(row, columns[i], -1) >= 0))
			return false;
	}
	return true;
}

struct json_object *claude_prices_load(const char *path)
{
	struct buf text = BUF_INIT;
	struct json_object *o = NULL, *models;

	if (fs_read(path, &text) < 0) {
		error("%s: can't be read", path);
		goto out;
	}
	o = claude_json(buf_str(&text), text.len);
	models = js_obj(o, "models");
	if (!models) {
		error("%s: not a price file (no \"models\")", path);
		json_object_put(o);
		o = NULL;
		goto out;
	}
	json_object_object_foreach(models, name, row)
	{
		if (!is_priced(row)) {
			error(
			    "%s: the prices of %s are incomplete", path, name);
			json_object_put(o);
			o = NULL;
			break;
		}
	}
out:
	buf_release(&text);
	return o;
}

static struct json_object *row_of(struct json_object *prices, const char *model)
{
	struct json_object *models = js_obj(prices, "models");
	struct json_object *row = js_obj(models, model);
	size_t len = strlen(model);
	char *base;

	if (row || len < 10 || model[len - 9] != '-' ||
	    strspn(model + len - 8, "0123456789") != 8)
		return row;
	base = xmemdupz(model, len - 9);
	row = js_obj(models, base);
	free(base);
	return row;
}

int64_t claude_cost(struct json_object *prices, const char *model,
    const struct claude_usage *u, bool batch)
{
	struct json_object *row = row_of(prices, model), *above;
	const int64_t tokens[] = {u->input, u->output, u->cache_write_5m,
	    u->cache_write_1h, u->cache_read};
	double factor = 1;
	int64_t sum = 0;
	size_t i;

	if (!row)
		return -1;
	above = js_obj(row, "above");
	if (above &&
	    claude_usage_total(u) - u->output > js_int(above, "tokens", 0))
		factor = js_double(above, "factor", 1);
	if (batch)
		factor *= js_double(prices, "batch_factor", 1);
	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		double each = js_double(row, columns[i], 0) * factor * 1e6;

		sum += tokens[i] * llround(each);
	}
	return sum;
}

char *claude_usd(int64_t pico)
{
	char *s = xasprintf("%" PRId64 ".%012" PRId64,
	    pico / INT64_C(1000000000000), pico % INT64_C(1000000000000));
	size_t len = strlen(s), least = len - 10;

	while (len > least && s[len - 1] == '0')
		s[--len] = '\0';
	return s;
}

struct json_object *claude_usd_json(int64_t pico)
{
	char *s = claude_usd(pico);
	struct json_object *o =
	    json_object_new_double_s((double)pico / 1e12, s);

	free(s);
	return o;
}

int64_t claude_pico(double usd)
{
	if (!(usd > 0))
		return 0;
	if (usd > 9e6)
		return INT64_C(9000000000000000000);
	return (int64_t)(usd * 1e12);
}
