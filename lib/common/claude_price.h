/*
 * What tokens cost, by share/prices.json (dollars per million tokens). Money
 * is counted in whole picodollars (10^-12), so that sums are exact: a price of
 * 0.005 $ per million tokens is 5000 of them a token, and int64_t holds nine
 * million dollars.
 */
#ifndef MIG_CLAUDE_PRICE_H
#define MIG_CLAUDE_PRICE_H

#include <stdbool.h>
#include <inttypes.h>

#include "common/claude_msg.h"

struct json_object;

/* The file's tables: NULL and a message when it can't be used. */
struct json_object *claude_prices_load(const char *path);

/* Picodollars for the usage, or -1 when the model has no price. A dated id
 * (claude-x-20261001) has the price of its base. */
int64_t claude_cost(struct json_object *prices, const char *model,
    const struct claude_usage *u, bool batch);

/* "12.34" dollars, exact, at least two decimals; the caller frees it. */
char *claude_usd(int64_t pico);
/* The same as a JSON number, written exactly. */
struct json_object *claude_usd_json(int64_t pico);
/* Dollars to picodollars, rounded down. */
int64_t claude_pico(double usd);

#endif
