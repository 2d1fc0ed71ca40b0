/* Keeping a buyer from being contacted, and letting it again: by all that the buyer is known by (desk/explain.h, store/suppression_store.h). */
#include <inttypes.h>
#include <stdio.h>
#include "desk/desk.h"
#include "desk/explain.h"
#include "store/erase_store.h"
#include "store/query_store.h"

struct suppress_call {
    const struct suppress_ask *ask;
    struct store *s;
    struct shop shop;
    enum shop_result shop_found;
    bool named;      /* is anybody meant? */
    bool failed;
    int changed;
};

static bool change(void *ctx, const struct person_cells *p)
{
    struct suppress_call *c = ctx;
    const struct suppression_new n = { c->ask->stop, STOP_BY_PERSON, c->ask->user_id };
    int rows = 0;
    const bool ok = c->ask->remove ? suppression_remove(c->s, &c->shop, &n, p, &rows) : suppression_add(c->s, &c->shop, &n, p, &rows);
    if (!ok) c->failed = true;
    else c->changed += rows;
    return ok;
}

static bool looks_like_phone(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!strchr("0123456789+-() ", t.ptr[i])) return false;
    return t.len > 0;
}

static bool customer_change(struct suppress_call *c, int64_t customer_id)
{
    c->named = true;
    return suppression_cells_each(c->s, &c->shop, customer_id, change, c) && !c->failed;
}

/* Whoever placed the order: the customer, or where the order names none the person of that order. */
static bool order_change(struct suppress_call *c, struct arena *a)
{
    struct order_row row;
    struct person_cells cells;
    bool found = false;
    if (!query_order(c->s, &c->shop, a, c->ask->order_no, &row, &found)) return false;
    if (!found) return true;
    if (row.order.customer_id != CLAIM_NONE) return customer_change(c, row.order.customer_id);
    if (!query_person(c->s, &c->shop, a, row.order_id, &cells)) return false;
    c->named = cells.buyer.len + cells.phone.len + cells.email.len > 0;
    return !c->named || change(c, &cells);
}

static bool name_change(struct suppress_call *c)
{
    const struct text t = text_trim(c->ask->who);
    struct erase_who who = { .found = false, .customer_id = CLAIM_NONE };
    if (text_empty(t)) return true;
    if (!erase_who_is(c->s, &c->shop, t, &who)) return false;
    if (who.found && who.customer_id != CLAIM_NONE && !customer_change(c, who.customer_id)) return false;
    c->named = true; /* also one who never ordered: what comes under this name later is kept from, too */
    const struct person_cells cells = { .buyer = t, .phone = looks_like_phone(t) ? t : TEXT_NONE, .email = t };
    return change(c, &cells);
}

static bool suppress_run(struct store *s, void *arg)
{
    struct suppress_call *c = arg;
    struct arena a;
    bool ok;
    c->s = s;
    c->named = c->failed = false;
    c->changed = 0;
    c->shop_found = shop_find(s, c->ask->store, &c->shop);
    if (c->shop_found != SHOP_OK) return false;
    arena_init(&a, &s->env->memory, 0);
    ok = text_empty(c->ask->order_no) ? name_change(c) : order_change(c, &a);
    arena_release(&a);
    c->failed = !ok;
    return ok && c->named;
}

enum desk_result desk_suppress(struct desk *d, const struct suppress_ask *ask, int *ret_changed, struct desk_message *ret)
{
    *ret_changed = 0;
    if (!d->writer) return remote_suppress(d, ask, ret_changed, ret);
    struct suppress_call c = { .ask = ask };
    const enum writer_result r = writer_call(d->writer, suppress_run, &c);
    if (r == WRITER_REFUSED && c.shop_found == SHOP_NONE) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    else if (r == WRITER_REFUSED && !c.failed) message_set(ret, "nobody", "Nobody is named: no such order, or it tells no person.", "没有指明是谁：没有这个订单，或订单里没有个人信息。");
    else if (r == WRITER_REFUSED) message_set(ret, "database", "The database could not be read; nothing was changed.", "数据库无法读取；没有任何改动。");
    *ret_changed = c.changed;
    return message_of_writer(ret, r);
}
