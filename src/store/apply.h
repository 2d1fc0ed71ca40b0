/* What the files of the reducer share; nobody else includes it.
 *
 *   order_store.c      a batch of claims: which orders, which events are new, then reduce and write       (start here)
 *   claim_batch.c      the steps of a batch that are the same for orders and for records (claim_batch.h)
 *   reduce.c           the events of one order -> its image before and after -> rows to write, counters to move
 *   event_store.c      the rows of events and orders, read and written many at a time
 *   event_table.c      what the events of orders and those of records have in common
 *   assertion_store.c  which import says which event
 *   known_store.c, customer_store.c   products and customers, found by their keyed hash or made
 *   counter_store.c    counters by contribution
 *   record_store.c     the same of records; record_rows.c their rows, record_apply.h what the two share
 *   inbox_store.c      events that were accepted first, many at a time
 *   outbox_plan.c      messages that wait for these orders: planned, dropped, decided again
 *   undo_store.c       takes an import back, through the same reduce.c; undo_stretch.c finds what a slice of it is
 *
 * All lists live in the session's scratch arena for one batch. The arena says once, at the end, that memory ran out. */
#ifndef ZG_STORE_APPLY_H
#define ZG_STORE_APPLY_H
#include "store/store.h"

/* What an event claims about a line. */
struct line_facts {
    int64_t line_key, product_id;
    struct text product_no, sku_code, title, options;
    int64_t pieces, unit_minor, line_minor, refund_minor, extra_minor; /* CLAIM_NONE when not told */
    int sums; /* enum line_sum bits */
};

/* as_of of the earliest and of the latest export that tells something; nobody told: told_never. */
struct told { int64_t first_ms, last_ms; };
static inline struct told told_never(void) { return (struct told){ INSTANT_MAX, INSTANT_NONE }; }
static inline struct told told_join(struct told a, struct told b)
{
    return (struct told){ a.first_ms < b.first_ms ? a.first_ms : b.first_ms, a.last_ms > b.last_ms ? a.last_ms : b.last_ms };
}
static inline bool told_eq(struct told a, struct told b) { return a.first_ms == b.first_ms && a.last_ms == b.last_ms; }
static inline struct told claim_told(const struct order_claim *c) { return (struct told){ c->first_as_of_ms, c->as_of_ms }; }

enum event_change { EVENT_KEPT, EVENT_NEW, EVENT_MOVED /* its as_of or first_as_of changed */, EVENT_GONE };

/* One order while it is worked on. claims[i] belongs to events[i]; claims stand together for order_fold. */
struct work_event {
    int64_t event_no;
    enum event_change change;
    const struct line_facts *line; /* NULL: none */
    struct told fed;               /* when the live feed told it, as stored */
};
struct order_work {
    int64_t order_id;
    struct text order_no;
    struct order_claim *claims;
    struct work_event *events;
    size_t n, capacity;
};

struct line_image { int64_t line_key, product_id; struct text options; int64_t pieces, unit_minor, line_minor, refund_minor, extra_minor; };
/* The order and its lines as the standing events say; there is false for an order with no event. */
struct order_image {
    bool there;
    struct order order;
    struct line_image *lines;
    size_t line_count;
};

/* Rows to write. */
struct order_out { int64_t order_id; struct text order_no; struct order order; };
struct event_out { int64_t order_id, event_no; const struct order_claim *claim; int64_t first_as_of_ms, customer_id; const struct line_facts *line; struct told fed; };
struct event_ref { int64_t id /* of an order or a record */, event_no; struct told told; };
struct line_out { int64_t order_id; struct line_image line; };

struct list { void *rows; size_t n, capacity; };
/* Room for one more; NULL when memory ran out. A row may move when the next one is added. */
void *list_add(struct arena *a, struct list *l, size_t size);
/* Room for n in all at once: grown step by step, a list of many large rows is copied and cleared several times over. */
bool list_reserve(struct arena *a, struct list *l, size_t n, size_t size);
#define LIST_ADD(arena, list, type) ((type *)list_add((arena), (list), sizeof(type)))

struct apply_out {
    struct list orders_new, orders_changed; /* order_out */
    struct list orders_gone;                /* order_out */
    struct list events_new;                 /* event_out */
    struct list events_moved, events_gone;  /* event_ref */
    struct list lines_set, lines_gone;      /* line_out */
    struct list assertions;                 /* event_ref: to be asserted by this import */
};

struct counters; /* counter_store.c */

/* Where the last questions about assertions fell: [from, to] is one range of the table, or a gap between two. */
enum event_table { EVENTS_OF_ORDERS, EVENTS_OF_RECORDS };
enum { EVENT_TABLES = 2, ASSERTION_CACHE = 8 };
struct assertion_span { int64_t import_id, event_no, from, to; struct told told /* told_never: a gap */; };

/* Customers that this session has seen, by hash (customer_store.c). */
struct seen_customer { int64_t hash, customer_id /* 0: free slot */; };
struct seen_customers {
    struct seen_customer *slots;
    size_t n, capacity;
    bool begun;
    uint64_t given; /* customers_given of the store when it last looked: more since then are somebody else's */
    bool all;     /* whom it has not seen is not there */
};

/* New rows of an alone session that wait for apply_flush: (hash, customer) and (customer, order). */
struct id_pair { int64_t a, b; };
struct pending_customers { struct id_pair *customers, *orders, *room /* for sorting either */; size_t customer_count, order_count; };

struct apply_session {
    struct store *s;
    struct shop shop;
    int64_t import_id;
    struct arena scratch;
    struct apply_out out;
    struct counters *counters;
    struct assertion_span spans[EVENT_TABLES][ASSERTION_CACHE];
    struct seen_customers seen;
    bool alone; /* apply_session_alone */
    struct pending_customers pending;
};

/* ---- reduce.c ---- */
bool work_reserve(struct arena *a, struct order_work *w, size_t n);
void image_of(struct arena *a, const struct order_work *w, struct order_image *ret);
/* The amount of a line without what comes beside it: told, else unit price by pieces; CLAIM_NONE when neither is known. */
int64_t line_amount(const struct line_image *l);
/* What lines add up to, with no bit set yet; then, event by event, which sums stand for the order's figures. */
void sums_of(const struct line_image *lines, size_t n, struct order_sums *ret);
void sums_told(struct order_sums *s, const struct order_claim *c, const struct line_facts *f);
bool image_order_differs(const struct order_image *a, const struct order_image *b);
bool image_line_differs(const struct order_image *a, const struct order_image *b, int64_t line_key);
const struct line_image *image_line(const struct order_image *i, int64_t line_key); /* NULL when it has none of that key */
/* Moves counters and puts down what must be written for an order that was `before` and is `after`. */
void reduce_emit(struct apply_session *a, int64_t order_id, struct text order_no, const struct order_image *before,
                 const struct order_image *after);
/* > 0 when a wins over b: the later as_of, then rank, then key. */
int claim_order(int64_t as_of_a, int rank_a, const unsigned char *key_a, int64_t as_of_b, int rank_b, const unsigned char *key_b);

/* ---- event_table.c ---- */
struct stored_key { int64_t id /* of an order or a record */, event_no; struct told told, fed /* of an order, by the live feed */; struct claim_key key; };
/* Keys of all events of n orders or records (ids ascending), in the order of (id, event_no). */
bool event_keys_load(struct apply_session *a, enum event_table t, const int64_t *ids, size_t n, struct list *ret /* stored_key */);
bool events_move(struct apply_session *a, enum event_table t, const struct list *moved /* event_ref */); /* they are told as of another time */
bool ids_show(struct apply_session *a, const int64_t *ids, size_t n); /* to SQL, as table batch_id (id) */
/* Runs a statement that takes the merchant as $1; rows_insert shows n rows to it, and does nothing when there are none. */
bool rows_run(struct apply_session *a, const char *sql);
bool rows_insert(struct apply_session *a, const struct db_batch_table *t, const void *rows, size_t n, const char *sql);
/* Room for `capacity` rows, of which the first n are those of `rows`; NULL when memory ran out. */
void *rows_grow(struct arena *a, const void *rows, size_t n, size_t capacity, size_t size);
size_t event_place(const struct work_event *events, size_t n, int64_t event_no); /* n when it is not among them */
int64_t event_last_no(const struct work_event *events, size_t n);                /* 0 when there is none */

/* ---- undo_stretch.c ---- */
/* A stretch of one range of assertions of an import, as long as one slice of an undo may be. */
struct undo_stretch {
    struct apply_session *a;
    enum event_table table;
    int64_t import_id;
    struct list *moved;       /* event_ref: where events go that others tell as of another time */
    int64_t event_no, from, to;
    struct list ids, others;  /* int64_t: who is in it, ascending; imports (of records also 0: the feed) that may tell the same events */
    struct list gone;         /* int64_t: whose event of the stretch goes */
};
/* Fills in what follows `moved`. *ret_found false: the import tells nothing any more. */
bool stretch_begin(struct undo_stretch *u, int64_t max_events, bool *ret_found);
/* By the others, who are the other imports and, of an order, the feed; told_never when by none. */
bool stretch_told(struct undo_stretch *u, int64_t id, struct told fed, struct told *ret);
/* What the others say is not what stood: the event goes when they say nothing, else it moves. */
bool stretch_event(struct undo_stretch *u, int64_t id, struct work_event *e, struct told told);
bool stretch_delete(struct undo_stretch *u); /* the events that go, with all that hangs on them */

/* ---- event_store.c ---- */
/* All events with their lines of n orders (ids ascending); w[i].order_id is given. */
bool event_load(struct apply_session *a, struct order_work *w, size_t n);
bool out_write(struct apply_session *a); /* everything in a->out */

/* ---- outbox_plan.c ---- */
/* Messages planned for the orders in a->out; nothing where no reminders are switched on. */
bool outbox_follow(struct apply_session *a);

/* ---- assertion_store.c ---- */
/* Of orders the live feed tells its events in the rows of these themselves, of records through ranges as an import does. */
static inline bool told_in_rows(enum event_table t, int64_t import_id) { return t == EVENTS_OF_ORDERS && import_id == 0; }
/* When an import asserts an event, told_never when it does not. */
bool assertion_find(struct apply_session *a, enum event_table t, int64_t import_id, int64_t event_no, int64_t id, struct told *ret);
/* Takes back what an import says about event event_no of orders from .. to. */
bool assertion_cut(struct apply_session *a, enum event_table t, int64_t import_id, int64_t event_no, int64_t from, int64_t to);
bool assertion_write(struct apply_session *a, enum event_table t, struct event_ref *refs, size_t n); /* sorts and joins refs */

/* ---- known_store.c, customer_store.c ---- */
/* The claims of a batch that are new events, in the order of the file; ids are filled in. */
struct known_want {
    const struct order_claim *claim;
    int64_t order_id;
    int64_t customer_id;       /* CLAIM_NONE when the claim names no buyer */
    struct line_facts *line;   /* NULL when it has none; product_id is filled in */
};
bool known_customers(struct apply_session *a, struct known_want *w, size_t n);
bool customers_flush(struct apply_session *a);
void customers_free(struct apply_session *a);
bool known_products(struct apply_session *a, struct known_want *w, size_t n);
bool known_product_moved(struct apply_session *a, const struct order_claim *claim, const struct line_facts *line); /* its as_of rose */
int64_t known_line_key(const struct shop *shop, const struct line_claim *l);
/* No event gives the order to the customer any more; without any order the customer goes. */
bool known_customer_release(struct apply_session *a, int64_t customer_id, int64_t order_id, struct text buyer);
/* An event that names the product is gone or told less lately: its words are told anew, and without any line the product goes. */
bool known_product_release(struct apply_session *a, int64_t product_id, const struct claim_key *key);

/* ---- counter_store.c ---- */
struct counters *counters_create(struct apply_session *a);
void counters_free(struct counters *c);
bool counters_full(const struct counters *c);
void counters_move(struct counters *c, const struct order_image *image, int sign);
bool counters_flush(struct counters *c);
#endif
