#include "common/sse.h"

void sse_init(struct sse *s, sse_fn *fn, void *context)
{
	memset(s, 0, sizeof(*s));
	s->fn = fn;
	s->context = context;
}

void sse_release(struct sse *s)
{
	buf_release(&s->line);
	buf_release(&s->name);
	buf_release(&s->data);
}

static int dispatch(struct sse *s)
{
	int ret = 0;

	if (s->nr_data)
		ret = s->fn(buf_str(&s->name), buf_str(&s->data), s->data.len,
		    s->context);
	buf_reset(&s->name);
	buf_reset(&s->data);
	s->nr_data = 0;
	return ret;
}

static bool is_field(const char *line, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(line, name, len) == 0;
}

static int take_line(struct sse *s)
{
	const char *line = buf_str(&s->line), *colon, *value;
	size_t len = s->line.len, name_len, value_len;

	if (!s->started) {
		s->started = true;
		if (len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
			line += 3;
			len -= 3;
		}
	}
	if (len == 0)
		return dispatch(s);
	colon = memchr(line, ':', len);
	if (colon == line)
		return 0;
	name_len = colon ? (size_t)(colon - line) : len;
	value = colon ? colon + 1 : line + len;
	value_len = len - (size_t)(value - line);
	if (value_len && *value == ' ') {
		value++;
		value_len--;
	}
	if (is_field(line, name_len, "event")) {
		buf_reset(&s->name);
		buf_add(&s->name, value, value_len);
	} else if (is_field(line, name_len, "data")) {
		if (s->nr_data++)
			buf_addc(&s->data, '\n');
		buf_add(&s->data, value, value_len);
	}
	return 0;
}

int sse_feed(struct sse *s, const char *p, size_t len)
{
	const char *end = p + len;

	while (p < end) {
		const char *q = p;
		int ret;

		if (s->after_cr && *p == '\n') {
			s->after_cr = false;
			p++;
			continue;
		}
		s->after_cr = false;
		while (q < end && *q != '\n' && *q != '\r')
			q++;
		if (s->line.len + s->data.len + (size_t)(q - p) >
		    SSE_MAX_EVENT) {
			s->error = "an event is too large";
			return -1;
		}
		buf_add(&s->line, p, (size_t)(q - p));
		if (q == end)
			break;
		s->after_cr = *q == '\r';
		p = q + 1;
		ret = take_line(s);
		buf_reset(&s->line);
		if (ret)
			return ret;
	}
	return 0;
}
