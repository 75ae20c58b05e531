#include <dlfcn.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/alloc.h"
#include "common/buf.h"

#include "db/kerberos.h"

/* RFC 2744's C bindings, as far as they are called here. */
struct gss_text {
	size_t length;
	void *value;
};
struct gss_oid {
	uint32_t length;
	void *elements;
};
typedef uint32_t import_fn(
    uint32_t *, struct gss_text *, struct gss_oid *, void **);
typedef uint32_t init_fn(uint32_t *, void *, void **, void *, struct gss_oid *,
    uint32_t, uint32_t, void *, struct gss_text *, struct gss_oid **,
    struct gss_text *, uint32_t *, uint32_t *);
typedef uint32_t display_fn(
    uint32_t *, uint32_t, int, struct gss_oid *, uint32_t *, struct gss_text *);
typedef uint32_t free_text_fn(uint32_t *, struct gss_text *);
typedef uint32_t free_name_fn(uint32_t *, void **);
typedef uint32_t free_context_fn(uint32_t *, void **, struct gss_text *);

enum { GSS_MECHANISM = 2 };
#define GSS_FAILED(status) ((status)&0xffff0000u)

struct gss {
	import_fn *import;
	init_fn *init;
	display_fn *display;
	free_text_fn *free_text;
	free_name_fn *free_name;
	free_context_fn *free_context;
};

static bool load(struct gss *g)
{
	static const char *const names[] = {
	    "libgssapi_krb5.so.2", "libgssapi.so.3"};
	void *lib = NULL;
	size_t i;

	for (i = 0; !lib && i < ARRAY_SIZE(names); i++)
		lib = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
	if (!lib)
		return false;
	*(void **)&g->import = dlsym(lib, "gss_import_name");
	*(void **)&g->init = dlsym(lib, "gss_init_sec_context");
	*(void **)&g->display = dlsym(lib, "gss_display_status");
	*(void **)&g->free_text = dlsym(lib, "gss_release_buffer");
	*(void **)&g->free_name = dlsym(lib, "gss_release_name");
	*(void **)&g->free_context = dlsym(lib, "gss_delete_sec_context");
	return g->import && g->init && g->display && g->free_text &&
	    g->free_name && g->free_context;
}

/* A name without a dot goes by its full one, where the resolver has it. */
static char *service_of(const char *host, unsigned long port)
{
	struct addrinfo hints = {0}, *list = NULL;
	char *service = NULL;

	hints.ai_flags = AI_CANONNAME;
	hints.ai_socktype = SOCK_STREAM;
	if (!strchr(host, '.') && getaddrinfo(host, NULL, &hints, &list) == 0 &&
	    list->ai_canonname && strchr(list->ai_canonname, '.'))
		service =
		    xasprintf("MSSQLSvc/%s:%lu", list->ai_canonname, port);
	if (list)
		freeaddrinfo(list);
	return service ? service : xasprintf("MSSQLSvc/%s:%lu", host, port);
}

static char *text_of(const struct gss *g, uint32_t minor, struct gss_oid *mech)
{
	struct gss_text said = {0, NULL};
	uint32_t ignored, more = 0;
	char *s;

	if (GSS_FAILED(
		g->display(&ignored, minor, GSS_MECHANISM, mech, &more, &said)))
		return xstrdup("for a reason that GSSAPI does not tell");
	s = xmemdupz(said.value, said.length);
	g->free_text(&ignored, &said);
	return s;
}

char *kerberos_refusal(const char *host, unsigned long port)
{
	static char principal[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01";
	static char krb5[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
	struct gss_oid as_principal = {10, principal}, mech = {9, krb5};
	struct gss_text service, token = {0, NULL};
	void *name = NULL, *context = NULL;
	uint32_t minor, ignored, status;
	struct gss g;
	char *spn, *why = NULL, *text;

	if (!load(&g))
		return NULL;
	spn = service_of(host, port);
	service.value = spn;
	service.length = strlen(spn);
	status = g.import(&minor, &service, &as_principal, &name);
	if (!GSS_FAILED(status))
		status = g.init(&minor, NULL, &context, name, &mech, 0, 0, NULL,
		    NULL, NULL, &token, NULL, NULL);
	if (GSS_FAILED(status)) {
		text = text_of(&g, minor, &mech);
		why = xasprintf("no Kerberos ticket for %s: %s", spn, text);
		free(text);
	}
	g.free_text(&ignored, &token);
	if (context)
		g.free_context(&ignored, &context, NULL);
	if (name)
		g.free_name(&ignored, &name);
	free(spn);
	return why;
}
