/* Readers of records (core/record): lists, what there is, and figures of a period. As query_store.h: only SELECTs, every function
 * false on a database failure; a visitor gets rows one by one, texts in them live until it returns, false stops. */
#ifndef ZG_STORE_QUERY_RECORD_H
#define ZG_STORE_QUERY_RECORD_H
#include "store/store.h"

struct record_found {
    int64_t record_id, grain, at_ms, as_of_ms, disputed;
    enum subject subject;
    struct text record_key;
    struct record_cell cells[RECORD_FIELDS_MAX]; /* in the order of their fields; of personal ones only when they were asked for */
    int cell_count;
};
typedef bool record_each(void *ctx, const struct record_found *r);

struct records_cursor { int64_t at_ms, record_id; };
struct records_filter {
    enum subject subject;
    int64_t from_ms, to_ms;        /* at_ms in [from, to) */
    struct records_cursor before;  /* strictly before this one, newest first; INT64_MAX both: from the newest */
    int64_t grain;                 /* only of this grain (struct record_claim); -1: any */
    bool disputed;                 /* only those with a disputed cell */
    bool persons;                  /* with personal cells */
    struct text key;               /* the beginning of the record's key: then in the order of keys; empty: any */
};
bool query_records(struct store *s, const struct shop *shop, const struct records_filter *f, record_each *each, void *ctx);
/* The one of this number with its personal cells, if it is there. */
bool query_record(struct store *s, const struct shop *shop, int64_t record_id, record_each *each, void *ctx);
/* How many of a subject there are, at most `most`. */
bool query_record_count(struct store *s, const struct shop *shop, enum subject subject, int64_t most, int64_t *ret);

/* How many records of each grain (struct record_claim) among the first `most` of a subject, the smallest grain first. */
bool query_record_grains(struct store *s, const struct shop *shop, enum subject subject, int64_t most, bool (*each)(void *ctx, int64_t grain, int64_t records), void *ctx);

/* What the standing claims tell about one field of a record, the one that holds first. Text lives until `each` returns. */
struct record_told { int64_t event_no, number, as_of_ms, rank, import_id /* one that says so; 0: the live feed */; struct text text; };
bool query_record_told(struct store *s, const struct shop *shop, int64_t record_id, int field, bool (*each)(void *ctx, const struct record_told *t), void *ctx);

/* What a subject's records are, and which files told them; latest ones INSTANT_NONE where there is none. */
struct subject_figures { int64_t records, disputed, latest_at_ms, as_of_ms, files, rows; };
bool query_subject(struct store *s, const struct shop *shop, enum subject subject, struct subject_figures *ret);
struct subject_source { struct text profile; int64_t files, rows, as_of_ms; };
/* By profile, of imports that stand. */
bool query_subject_sources(struct store *s, const struct shop *shop, enum subject subject, bool (*each)(void *ctx, const struct subject_source *t), void *ctx);

/* Sums of the shop's own traffic in [from_ms, to_ms): of hours where they are told, of days else; of no single source, item or device.
 * periods: how many hours were told (a day counts as 24). */
struct traffic_sum { int64_t visitors, views, favourites, carts, periods; };
bool query_traffic(struct store *s, const struct shop *shop, int64_t from_ms, int64_t to_ms, struct traffic_sum *ret);
#endif
