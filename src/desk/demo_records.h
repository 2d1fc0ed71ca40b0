/* What the demo shop knows beside its orders: products with cost and stock, traffic by the hour, reviews, staff with shifts, their chats and with whom. */
#ifndef ZG_DESK_DEMO_RECORDS_H
#define ZG_DESK_DEMO_RECORDS_H
#include "core/record/record.h"
#include "desk/demo_world.h"

enum { DEMO_LISTS = 8 };
struct demo_list {
    const char *name; /* "demo-traffic" */
    enum subject subject;
    int64_t (*rows)(const struct demo_world *w);
    /* Writes the values of a row, at most RECORD_FIELDS_MAX, in the order of their fields; texts in the arena. The count. */
    int (*row)(struct arena *a, const struct demo_world *w, int64_t row, struct record_value *values);
};
extern const struct demo_list demo_lists[DEMO_LISTS];
/* Row `row` as a claim as of now. False when memory ran out. */
bool demo_record_claim(struct arena *a, const struct demo_world *w, const struct demo_list *list, const unsigned char hash_key[32], int64_t row,
                       struct record_claim *ret);
#endif
