/* The events of one order -> its image; two images -> rows to write and counters to move. No SQL here. */
#include <assert.h>
#include "base/checked.h"
#include "store/apply.h"

bool work_reserve(struct arena *a, struct order_work *w, size_t n)
{
    if (n <= w->capacity) return true;
    size_t capacity = w->capacity ? w->capacity * 2 : 4;
    if (capacity < n) capacity = n;
    struct order_claim *claims = rows_grow(a, w->claims, w->n, capacity, sizeof *claims);
    struct work_event *events = rows_grow(a, w->events, w->n, capacity, sizeof *events);
    if (!claims || !events) return false;
    w->claims = claims;
    w->events = events;
    w->capacity = capacity;
    return true;
}

int claim_order(int64_t as_of_a, int rank_a, const unsigned char *key_a, int64_t as_of_b, int rank_b, const unsigned char *key_b)
{
    if (as_of_a != as_of_b) return as_of_a > as_of_b ? 1 : -1;
    if (rank_a != rank_b) return rank_a > rank_b ? 1 : -1;
    return memcmp(key_a, key_b, sizeof((struct claim_key){ { 0 } }.bytes));
}

/* ---- images ---- */

static int compare(const struct order_claim *a, const struct order_claim *b)
{
    return claim_order(a->as_of_ms, a->rank, a->key.bytes, b->as_of_ms, b->rank, b->key.bytes);
}

/* Who told each figure of a line so far. */
struct line_winners { const struct order_claim *product, *options, *pieces, *unit, *line, *refund, *extra; };

static void take_figure(int64_t v, const struct order_claim *c, const struct order_claim **held, int64_t *ret)
{
    if (v == CLAIM_NONE || (*held && compare(c, *held) <= 0)) return;
    *held = c;
    *ret = v;
}

static void take_line(struct line_image *l, struct line_winners *by, const struct order_claim *c, const struct line_facts *f)
{
    take_figure(f->product_id, c, &by->product, &l->product_id);
    take_figure(f->pieces, c, &by->pieces, &l->pieces);
    take_figure(f->unit_minor, c, &by->unit, &l->unit_minor);
    take_figure(f->line_minor, c, &by->line, &l->line_minor);
    take_figure(f->refund_minor, c, &by->refund, &l->refund_minor);
    take_figure(f->extra_minor, c, &by->extra, &l->extra_minor);
    if (!text_empty(f->options) && (!by->options || compare(c, by->options) > 0)) {
        by->options = c;
        l->options = f->options;
    }
}

static void image_lines(struct arena *a, const struct order_work *w, struct order_image *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) n += w->events[i].change != EVENT_GONE && w->events[i].line != NULL;
    if (n == 0) return;
    struct line_winners *by = ARENA_ARRAY(a, struct line_winners, n);
    ret->lines = ARENA_ARRAY(a, struct line_image, n);
    if (!by || !ret->lines) return;
    for (size_t i = 0; i < w->n; i++) {
        const struct line_facts *f = w->events[i].line;
        if (!f || w->events[i].change == EVENT_GONE) continue;
        size_t at = 0;
        while (at < ret->line_count && ret->lines[at].line_key != f->line_key) at++;
        if (at == ret->line_count) {
            ret->lines[at] = (struct line_image){ .line_key = f->line_key, .product_id = CLAIM_NONE, .pieces = CLAIM_NONE,
                .unit_minor = CLAIM_NONE, .line_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .extra_minor = CLAIM_NONE };
            ret->line_count++;
        }
        take_line(&ret->lines[at], &by[at], &w->claims[i], f);
    }
}

/* ---- what the lines add up to ---- */

static void sum_add(int64_t *sum, int64_t v)
{
    if (v == CLAIM_NONE) return;
    if (*sum == CLAIM_NONE) *sum = 0;
    if (!checked_add(*sum, v, sum)) *sum = CLAIM_NONE;
}

int64_t line_amount(const struct line_image *l)
{
    int64_t v;
    if (l->line_minor != CLAIM_NONE) return l->line_minor;
    if (l->unit_minor == CLAIM_NONE || l->pieces == CLAIM_NONE || !checked_mul(l->unit_minor, l->pieces, &v)) return CLAIM_NONE;
    return v;
}

void sums_of(const struct line_image *lines, size_t n, struct order_sums *ret)
{
    *ret = (struct order_sums){ 0, CLAIM_NONE, CLAIM_NONE, CLAIM_NONE, INSTANT_MAX };
    for (size_t i = 0; i < n; i++) {
        sum_add(&ret->total_minor, line_amount(&lines[i]));
        sum_add(&ret->total_minor, lines[i].extra_minor);
        sum_add(&ret->refund_minor, lines[i].refund_minor);
        sum_add(&ret->pieces, lines[i].pieces);
    }
}

void sums_told(struct order_sums *s, const struct order_claim *c, const struct line_facts *f)
{
    s->bits |= f->sums;
    if ((f->sums & SUM_REFUND) && f->refund_minor > 0 && c->first_as_of_ms < s->refunded_by_ms) s->refunded_by_ms = c->first_as_of_ms;
}

void image_of(struct arena *a, const struct order_work *w, struct order_image *ret)
{
    *ret = (struct order_image){ 0 };
    size_t standing = 0;
    for (size_t i = 0; i < w->n; i++) standing += w->events[i].change != EVENT_GONE;
    if (standing == 0) return;
    const struct order_claim *claims = w->claims;
    if (standing < w->n) {
        struct order_claim *kept = ARENA_ARRAY(a, struct order_claim, standing);
        if (!kept) return;
        for (size_t i = 0, k = 0; i < w->n; i++)
            if (w->events[i].change != EVENT_GONE) kept[k++] = w->claims[i];
        claims = kept;
    }
    ret->there = true;
    image_lines(a, w, ret);
    struct order_sums sums;
    sums_of(ret->lines, ret->line_count, &sums);
    for (size_t i = 0; i < w->n; i++)
        if (w->events[i].change != EVENT_GONE && w->events[i].line) sums_told(&sums, &w->claims[i], w->events[i].line);
    order_fold(claims, standing, &sums, &ret->order);
}

const struct line_image *image_line(const struct order_image *i, int64_t line_key)
{
    for (size_t k = 0; k < i->line_count; k++)
        if (i->lines[k].line_key == line_key) return &i->lines[k];
    return NULL;
}

static bool same_line(const struct line_image *a, const struct line_image *b)
{
    return a->product_id == b->product_id && text_eq(a->options, b->options) && a->pieces == b->pieces &&
           a->unit_minor == b->unit_minor && a->line_minor == b->line_minor && a->refund_minor == b->refund_minor &&
           a->extra_minor == b->extra_minor;
}

bool image_line_differs(const struct order_image *a, const struct order_image *b, int64_t line_key)
{
    const struct line_image *x = image_line(a, line_key), *y = image_line(b, line_key);
    return x && y ? !same_line(x, y) : x != y;
}

bool image_order_differs(const struct order_image *a, const struct order_image *b)
{
    const struct order *x = &a->order, *y = &b->order;
    if (a->there != b->there) return true;
    if (!a->there) return false;
    return x->placed_at_ms != y->placed_at_ms || x->paid_at_ms != y->paid_at_ms || x->cancelled_at_ms != y->cancelled_at_ms ||
           x->shipped_at_ms != y->shipped_at_ms || x->delivered_at_ms != y->delivered_at_ms || x->refunded_at_ms != y->refunded_at_ms ||
           x->ship_by_ms != y->ship_by_ms || x->total_minor != y->total_minor || x->paid_minor != y->paid_minor ||
           x->refund_minor != y->refund_minor || x->pieces != y->pieces || x->balance_minor != y->balance_minor || x->status != y->status || x->pay_kind != y->pay_kind ||
           !text_eq(x->region, y->region) || !text_eq(x->country, y->country) || !text_eq(x->tracking, y->tracking) ||
           x->customer_id != y->customer_id || x->paid_exact != y->paid_exact || x->cancelled_exact != y->cancelled_exact ||
           x->shipped_exact != y->shipped_exact || x->delivered_exact != y->delivered_exact || x->refunded_exact != y->refunded_exact;
}

/* ---- what follows ---- */

static void put_line(struct apply_session *a, struct list *to, int64_t order_id, const struct line_image *line)
{
    struct line_out *l = LIST_ADD(&a->scratch, to, struct line_out);
    if (l) *l = (struct line_out){ order_id, *line };
}

void reduce_emit(struct apply_session *a, int64_t order_id, struct text order_no, const struct order_image *before,
                 const struct order_image *after)
{
    struct list *to = NULL;
    if (before->there) counters_move(a->counters, before, -1);
    if (after->there) counters_move(a->counters, after, 1);
    if (!before->there && after->there) to = &a->out.orders_new;
    else if (before->there && !after->there) to = &a->out.orders_gone;
    else if (image_order_differs(before, after)) to = &a->out.orders_changed;
    if (to) {
        struct order_out *o = LIST_ADD(&a->scratch, to, struct order_out);
        if (o) *o = (struct order_out){ order_id, order_no, after->there ? after->order : before->order };
    }
    for (size_t i = 0; i < after->line_count; i++)
        if (image_line_differs(before, after, after->lines[i].line_key)) put_line(a, &a->out.lines_set, order_id, &after->lines[i]);
    for (size_t i = 0; i < before->line_count; i++)
        if (!image_line(after, before->lines[i].line_key)) put_line(a, &a->out.lines_gone, order_id, &before->lines[i]);
}
