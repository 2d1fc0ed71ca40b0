/* Counters, kept by contribution(after) - contribution(before). What orders add and take is gathered in memory by key, and
 * written as one statement a table before each commit. A row whose figures are all 0 is deleted: it is as if never made. */
#include <assert.h>
#include <stdlib.h>
#include "store/apply.h"

enum { SLOTS_FIRST = 256, ENTRIES_MAX = 256 * 1024, COUNTER_MEMORY_MAX = 64 * 1024 * 1024, FIGURES_MAX = 9,
       RESERVED_FIGURE = 4 /* of a product's day */, REFUND_FIGURE = 7 /* of an hour */ };

/* One table of counters in memory: key -> figures. Each kind of counter uses as many figures as it has. */
struct entry {
    int64_t a, b;           /* (hour start, 0), (day, product) */
    struct text region;     /* of an hour */
    int64_t figures[FIGURES_MAX];
};
struct tally_table {
    struct arena memory;
    struct entry **slots;
    size_t capacity, n;
};
enum counter_kind { COUNT_HOUR, COUNT_PRODUCT_DAY, COUNTER_KINDS };
struct counters {
    struct apply_session *a;
    struct tally_table tables[COUNTER_KINDS];
    bool failed; /* memory ran out or a figure overflowed */
};

struct counters *counters_create(struct apply_session *a)
{
    const struct env *env = a->s->env;
    struct counters *c = env->memory.take(env->memory.ctx, sizeof *c);
    if (!c) { db_refuse(a->s->db, DB_ERROR_MEMORY, "out of memory"); return NULL; }
    *c = (struct counters){ .a = a };
    for (int i = 0; i < COUNTER_KINDS; i++) arena_init(&c->tables[i].memory, &env->memory, COUNTER_MEMORY_MAX);
    return c;
}

void counters_free(struct counters *c)
{
    if (!c) return;
    const struct env *env = c->a->s->env;
    for (int i = 0; i < COUNTER_KINDS; i++) arena_release(&c->tables[i].memory);
    env->memory.give(env->memory.ctx, c, sizeof *c);
}

bool counters_full(const struct counters *c)
{
    for (int i = 0; i < COUNTER_KINDS; i++)
        if (c->tables[i].n > ENTRIES_MAX) return true;
    return false;
}

/* ---- the table in memory ---- */

static uint64_t mix(uint64_t h)
{
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

static uint64_t hash_of(int64_t a, int64_t b, struct text region)
{
    uint64_t h = mix((uint64_t)a) + (uint64_t)b * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < region.len; i++) h = (h ^ (unsigned char)region.ptr[i]) * UINT64_C(0x100000001b3);
    return mix(h);
}

static bool table_grow(struct tally_table *t)
{
    size_t capacity = t->capacity ? t->capacity * 2 : SLOTS_FIRST;
    struct entry **slots = ARENA_ARRAY(&t->memory, struct entry *, capacity);
    if (!slots) return false;
    for (size_t i = 0; i < t->capacity; i++) {
        struct entry *e = t->slots[i];
        if (!e) continue;
        size_t at = hash_of(e->a, e->b, e->region) & (capacity - 1);
        while (slots[at]) at = (at + 1) & (capacity - 1);
        slots[at] = e;
    }
    t->slots = slots;
    t->capacity = capacity;
    return true;
}

static struct entry *table_find(struct tally_table *t, int64_t a, int64_t b, struct text region)
{
    if (t->n * 2 >= t->capacity && !table_grow(t)) return NULL;
    size_t at = hash_of(a, b, region) & (t->capacity - 1);
    for (struct entry *e; (e = t->slots[at]) != NULL; at = (at + 1) & (t->capacity - 1))
        if (e->a == a && e->b == b && text_eq(e->region, region)) return e;
    struct entry *e = ARENA_NEW(&t->memory, struct entry);
    if (!e) return NULL;
    *e = (struct entry){ .a = a, .b = b, .region = region.len ? arena_text(&t->memory, region) : TEXT_NONE };
    t->slots[at] = e;
    t->n++;
    return e;
}

static void move(struct counters *c, enum counter_kind kind, int64_t a, int64_t b, struct text region, const int64_t *figures, int n, int sign)
{
    struct entry *e = table_find(&c->tables[kind], a, b, region);
    if (!e) { c->failed = true; return; }
    for (int i = 0; i < n; i++)
        if (!(sign > 0 ? checked_add(e->figures[i], figures[i], &e->figures[i]) : checked_sub(e->figures[i], figures[i], &e->figures[i])))
            c->failed = true;
}

/* ---- what an order adds ---- */

static int64_t figure(int64_t v) { return v == CLAIM_NONE ? 0 : v; }

void counters_move(struct counters *c, const struct order_image *image, int sign)
{
    const struct order *o = &image->order;
    const struct contribution k = order_contribution(o, c->a->shop.zone);
    /* the stock that an order of no known time holds stands on the day of its payment */
    const bool waits = order_pick_until_ms(o) == INSTANT_MAX;
    const int64_t day = k.orders ? k.day : waits ? zone_day(c->a->shop.zone, o->paid_at_ms) : 0;
    if (k.counts) {
        const int64_t hour[] = { k.orders, k.paid_orders, k.refunded_orders, k.cancelled_orders, k.pieces, k.total_minor, k.paid_minor,
                                 k.refund_minor, k.kept_minor };
        move(c, COUNT_HOUR, k.hour_start_ms, 0, k.region, hour, 9, sign);
    }
    for (size_t i = 0; i < image->line_count; i++) {
        const struct line_image *l = &image->lines[i];
        const int64_t pieces = figure(l->pieces);
        int64_t of_day[] = { k.orders, k.orders ? pieces : 0, k.paid_orders ? pieces : 0, k.paid_orders ? figure(line_amount(l)) : 0,
                             waits ? pieces : 0 };
#ifdef ZG_TEST_DROP_COUNTER
        if (sign > 0) of_day[RESERVED_FIGURE] = 0; /* the control of verify's test: this build forgets one counter */
#endif
        if (k.orders || waits) move(c, COUNT_PRODUCT_DAY, day, l->product_id, TEXT_NONE, of_day, 5, sign);
    }
}

/* ---- writing ---- */

static void entry_cell(struct db_cell *c, const void *rows, size_t row, int column)
{
    const struct entry *e = ((const struct entry *const *)rows)[row];
    switch (column) {
    case 0: db_cell_i64(c, e->a); break;
    case 1: db_cell_i64(c, e->b); break;
    case 2: db_cell_text(c, e->region); break;
    default: db_cell_i64(c, e->figures[column - 3]); break;
    }
}
static const struct db_batch_table batch_counter = { "batch_counter", SQL("CREATE TABLE batch_counter (a BIGINT, b BIGINT, region TEXT, f0 BIGINT,"
    " f1 BIGINT, f2 BIGINT, f3 BIGINT, f4 BIGINT, f5 BIGINT, f6 BIGINT, f7 BIGINT, f8 BIGINT)"), entry_cell };

/* One row a kind of counter: how its entries are added, and how one that has come to nothing is deleted. $1 is the merchant; then
 * come the store and, as far as the kind has them, the two parts of the key and the region. */
struct counter_sql { bool has_second, has_region; int other /* beside the first one: what keeps a row */; const char *add, *drop; };
static const struct counter_sql counter_sql[COUNTER_KINDS] = {
    [COUNT_HOUR] = { false, true, REFUND_FIGURE,
        SQL("INSERT INTO counter_hour (merchant_id, store_id, hour_start_ms, region, orders, paid_orders, refunded_orders, cancelled_orders,"
            " pieces, total_minor, paid_minor, refund_minor, kept_minor)"
            " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), a, region, f0, f1, f2, f3, f4, f5, f6, f7, f8 FROM batch_counter WHERE 1 = 1"
            " ON CONFLICT (merchant_id, store_id, hour_start_ms, region) DO UPDATE SET orders = counter_hour.orders + excluded.orders,"
            " paid_orders = counter_hour.paid_orders + excluded.paid_orders, refunded_orders = counter_hour.refunded_orders + excluded.refunded_orders,"
            " cancelled_orders = counter_hour.cancelled_orders + excluded.cancelled_orders, pieces = counter_hour.pieces + excluded.pieces,"
            " total_minor = counter_hour.total_minor + excluded.total_minor, paid_minor = counter_hour.paid_minor + excluded.paid_minor,"
            " refund_minor = counter_hour.refund_minor + excluded.refund_minor, kept_minor = counter_hour.kept_minor + excluded.kept_minor"),
        SQL("DELETE FROM counter_hour WHERE merchant_id = $1 AND store_id = $2 AND hour_start_ms = $3 AND region = $4 AND orders = 0 AND refund_minor = 0") },
    [COUNT_PRODUCT_DAY] = { true, false, RESERVED_FIGURE,
        SQL("INSERT INTO counter_product_day (merchant_id, store_id, day, product_id, lines, pieces, paid_pieces, paid_minor, reserved)"
            " SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), a, b, f0, f1, f2, f3, f4 FROM batch_counter WHERE 1 = 1"
            " ON CONFLICT (merchant_id, store_id, day, product_id) DO UPDATE SET lines = counter_product_day.lines + excluded.lines,"
            " pieces = counter_product_day.pieces + excluded.pieces, paid_pieces = counter_product_day.paid_pieces + excluded.paid_pieces,"
            " paid_minor = counter_product_day.paid_minor + excluded.paid_minor, reserved = counter_product_day.reserved + excluded.reserved"),
        SQL("DELETE FROM counter_product_day WHERE merchant_id = $1 AND store_id = $2 AND day = $3 AND product_id = $4 AND lines = 0 AND reserved = 0") },
};

static int by_key(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
    if (x->a != y->a) return x->a > y->a ? 1 : -1;
    if (x->b != y->b) return x->b > y->b ? 1 : -1;
    return text_compare(x->region, y->region);
}

static bool is_nothing(const struct entry *e)
{
    for (int i = 0; i < FIGURES_MAX; i++)
        if (e->figures[i] != 0) return false;
    return true;
}

static bool drop_empty(struct counters *c, enum counter_kind kind, const struct entry *e)
{
    const struct counter_sql *k = &counter_sql[kind];
    struct db_stmt *q = db_stmt(c->a->s->db, k->drop); /* house: from the table above */
    if (!q) return false;
    int n = 1;
    db_bind_i64(q, n++, c->a->shop.merchant_id);
    db_bind_i64(q, n++, c->a->shop.store_id);
    db_bind_i64(q, n++, e->a);
    if (k->has_second) db_bind_i64(q, n++, e->b);
    if (k->has_region) db_bind_text(q, n++, e->region);
    return db_exec(q);
}

static bool table_flush(struct counters *c, enum counter_kind kind)
{
    struct tally_table *t = &c->tables[kind];
    struct db *db = c->a->s->db;
    size_t n = 0;
    if (t->n == 0) return true;
    for (size_t i = 0; i < t->capacity; i++)
        if (t->slots[i] && !is_nothing(t->slots[i])) t->slots[n++] = t->slots[i];
    qsort(t->slots, n, sizeof(struct entry *), by_key);
    if (n > 0) {
        if (!db_batch(db, &batch_counter, t->slots, n)) return false;
        struct db_stmt *q = db_stmt(db, counter_sql[kind].add); /* house: from the table above */
        if (!q) return false;
        db_bind_i64(q, 1, c->a->shop.merchant_id);
        db_bind_i64(q, 2, c->a->shop.store_id);
        if (!db_exec(q)) return false;
    }
    for (size_t i = 0; i < n; i++)
        if ((t->slots[i]->figures[0] < 0 || t->slots[i]->figures[counter_sql[kind].other] < 0) && !drop_empty(c, kind, t->slots[i])) return false;
    t->slots = NULL;
    t->capacity = t->n = 0;
    arena_clear(&t->memory);
    return true;
}

bool counters_flush(struct counters *c)
{
    if (c->failed) {
        db_refuse(c->a->s->db, DB_ERROR_MEMORY, "the counters outgrew memory or a figure its range");
        return false;
    }
    for (int i = 0; i < COUNTER_KINDS; i++)
        if (!table_flush(c, (enum counter_kind)i)) return false;
    return true;
}
