/* A list that the desk answers page by page, printed as one: as JSON or as tables, and memory stays flat. */
#ifndef ZG_CLI_PAGES_H
#define ZG_CLI_PAGES_H
#include "cli/show.h"

struct pages {
    struct cli *c;
    struct ask *a;
    const char *list;    /* the member that holds a page's rows */
    /* The page after a cursor (empty: the first), at most limit rows; NULL and *ret_error when it failed. */
    json_t *(*ask)(struct pages *p, struct text after, int limit, enum answer_error *ret_error);
    void *what;          /* ask's own */
    int64_t left;        /* rows yet to print */
    json_t *page;        /* the one at hand; pages_* lets go of the last one */
};

#define PAGES_ALL INT64_MAX
/* --limit: how many rows to print, 0 for all of them (PAGES_ALL). False: said what is wrong. */
bool pages_limit(struct cli *c, int64_t *ret);
/* {heads of the first page..., "<list>": [...], "next": ...} */
enum cli_exit pages_json(struct pages *p, const char *const *heads, size_t head_count);
/* A table a page; `none` when there is no row; with_age: first how old the data is. */
enum cli_exit pages_tables(struct pages *p, void (*print)(struct cli *c, const json_t *page), bool with_age, struct words none);
/* --NAME as the beginning of that day in the shop's zone, INSTANT_NONE when it is not given. False: said what is wrong. */
bool pages_bound(struct cli *c, const struct ask *a, const char *name, int64_t *ret_ms);
#endif
