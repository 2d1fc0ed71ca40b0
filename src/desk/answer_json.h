/* What the answer_*.c share: one snapshot, one arena, JSON values that respect the mask. Nobody else includes this. */
#ifndef ZG_DESK_ANSWER_JSON_H
#define ZG_DESK_ANSWER_JSON_H
#include "core/reason.h"
#include "desk/answer.h"
#include "store/query_store.h"

struct answer {
    const struct answer_ask *ask;
    struct arena arena;
    bool failed;                 /* database or memory; sticky */
    int64_t latest_ms;           /* latest fact up to ask->now_ms, INSTANT_NONE when there is none */
    int64_t age_s;               /* INT64_MAX then */
};

/* Begins a snapshot and finds the feed's age. answer_end gives everything back and returns the JSON, or NULL when anything failed. */
bool answer_begin(struct answer *w, const struct answer_ask *ask);
json_t *answer_end(struct answer *w, json_t *o, enum answer_error *ret_error);

/* o[key] = v; takes the reference. A NULL v is a failure. */
void put(struct answer *w, json_t *o, const char *key, json_t *v);
void push(struct answer *w, json_t *list, json_t *v);
json_t *json_text(struct text t);                                /* null when empty */
json_t *json_count(int64_t n);                                   /* null for CLAIM_NONE */
json_t *json_money(const struct answer *w, int64_t minor);       /* null for CLAIM_NONE and where money is masked */
json_t *json_minor(const struct answer *w, int64_t minor);       /* the same without its currency */
json_t *json_instant(struct answer *w, int64_t at_ms);           /* in the store's zone; null for INSTANT_NONE */
json_t *json_day(int64_t day);                 /* "2020-02-01" */
json_t *lines_title(struct answer *w, const struct lines_row *l);   /* the first product's title; "... +2" when there are more lines */
json_t *json_words(struct text en, struct text zh);              /* {"en","zh"} */
json_t *json_reason(const struct reason *r);                     /* {"rule","en","zh"} */
/* What a row of the list and the page of one order both tell; l: the sum of its lines. Not its title and buyer. */
void put_order(struct answer *w, json_t *o, const struct order_row *r, const struct lines_row *l);
/* Which bit of the mask (ANSWER_*) shows a field of a record; 0: everybody sees it. */
struct record_field;
unsigned record_field_mask(const struct record_field *f);
/* A record as a list of them has it. */
struct record_found;
json_t *record_json(struct answer *w, const struct record_found *r);
/* data_age_s, latest_fact_at, stale */
void put_age(struct answer *w, json_t *o);
bool answer_stale(const struct answer *w);
/* answer_feeds.c: the feeds that are set up, each with its age, its limit and whether it is dark */
json_t *json_feeds_on(struct answer *w);
#endif
