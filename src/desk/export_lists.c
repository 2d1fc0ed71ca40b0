/* Orders, their items, customers, and what is to be done today, as tables; see export.h. */
#include "desk/export_parts.h"
#include "desk/today_facts.h"

#define COUNT_OF(a) ((int)(sizeof(a) / sizeof((a)[0])))

/* ---- orders ---- */

/* One order after the other that the filter lets through: what Orders shows, newest first. */
struct orders_walk { struct export *x; bool (*each)(struct export *x, const struct order_row *r, enum order_state state); };

static bool walk_one(void *ctx, const struct order_row *r)
{
    const struct orders_walk *w = ctx;
    const struct export_ask *a = w->x->ask;
    const enum order_state state = order_state_at(&r->order, a->ask.now_ms);
    if (!text_empty(a->orders.state) && !text_is(a->orders.state, order_state_word(state))) return true;
    return w->each(w->x, r, state);
}

static bool walk_orders(struct export *x, bool (*each)(struct export *x, const struct order_row *r, enum order_state state))
{
    const struct export_ask *a = x->ask;
    const struct answer_ask *q = &a->ask;
    struct orders_walk w = { x, each };
    struct orders_filter f = { a->orders.from_ms == INSTANT_NONE ? INSTANT_FIRST_MS : a->orders.from_ms,
                               a->orders.to_ms == INSTANT_NONE ? INSTANT_LAST_MS : a->orders.to_ms, { INSTANT_LAST_MS, INT64_MAX }, CLAIM_NONE };
    bool ok = true;
    if (!text_empty(a->orders.search)) {
        const int64_t before = sheet_rows(x->sheet);
        ok = query_orders_by_number(q->store, q->shop, a->orders.search, INT64_MAX, walk_one, &w);
        if (sheet_rows(x->sheet) > before || !(q->mask & ANSWER_BUYER)) goto out;
        ok = ok && query_customer(q->store, q->shop, a->orders.search, &f.customer_id);
        if (f.customer_id == CLAIM_NONE) goto out;
    }
    ok = ok && query_orders(q->store, q->shop, &f, walk_one, &w);
out:
    if (!ok) x->failed = true;
    return ok;
}

static struct text pay_words(const struct export *x, enum pay_kind k)
{
    switch (k) {
    case PAY_NONE: return TEXT_NONE;
    case PAY_ONLINE: return words_of(x, TEXT("online"), TEXT("在线支付"));
    case PAY_ON_DELIVERY: return words_of(x, TEXT("on delivery"), TEXT("货到付款"));
    }
    return TEXT_NONE;
}

/* The heads are those of src/intake/profiles/zhanggui-orders.json. */
static const struct export_column order_columns[] = {
    { { "Order number", "订单编号", SHEET_TEXT, 22 }, 0 },
    { { "State", "状态", SHEET_TEXT, 12 }, 0 },
    { { "Order time", "下单时间", SHEET_TIME, 19 }, 0 },
    { { "Payment time", "付款时间", SHEET_TIME, 19 }, 0 },
    { { "Ship by", "发货期限", SHEET_TIME, 19 }, 0 },
    { { "Shipping time", "发货时间", SHEET_TIME, 19 }, 0 },
    { { "Delivery time", "收货时间", SHEET_TIME, 19 }, 0 },
    { { "Cancellation time", "取消时间", SHEET_TIME, 19 }, 0 },
    { { "Refund time", "退款时间", SHEET_TIME, 19 }, 0 },
    { { "Order amount", "订单金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Amount paid", "实付金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Amount refunded", "退款金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Currency", "币种", SHEET_TEXT, 8 }, ANSWER_MONEY },
    { { "Payment", "付款方式", SHEET_TEXT, 10 }, 0 },
    { { "Pieces", "件数", SHEET_COUNT, 7 }, 0 },
    { { "Products", "商品", SHEET_TEXT, 36 }, 0 },
    { { "Province or state", "省份", SHEET_TEXT, 12 }, 0 },
    { { "Country", "国家", SHEET_TEXT, 8 }, 0 },
    { { "Tracking number", "物流单号", SHEET_TEXT, 20 }, 0 },
    { { "Buyer's account", "买家会员名", SHEET_TEXT, 18 }, ANSWER_BUYER },
    { { "Receiver's name", "收货人姓名", SHEET_TEXT, 12 }, ANSWER_PERSON },
    { { "Phone", "联系手机", SHEET_TEXT, 15 }, ANSWER_PERSON },
    { { "E-mail", "邮箱", SHEET_TEXT, 22 }, ANSWER_PERSON },
    { { "Address", "收货地址", SHEET_TEXT, 40 }, ANSWER_PERSON },
    { { "Buyer's note", "买家留言", SHEET_TEXT, 24 }, ANSWER_NOTES },
    { { "Seller's note", "卖家备注", SHEET_TEXT, 24 }, ANSWER_NOTES },
};

static struct text title_of(struct export *x, const struct lines_row *l)
{
    if (l->lines < 2) return l->title;
    return arena_printf(&x->row, "%.*s +%lld", (int)l->title.len, l->title.ptr, (long long)(l->lines - 1));
}

static bool order_line(struct export *x, const struct order_row *r, enum order_state state)
{
    const struct answer_ask *q = &x->ask->ask;
    const struct order *o = &r->order;
    struct person_cells p = { 0 };
    struct lines_row lines = { 0 };
    const bool persons = (q->mask & (ANSWER_BUYER | ANSWER_PERSON | ANSWER_NOTES)) != 0;
    if (!query_lines_row(q->store, q->shop, &x->row, r->order_id, &lines) ||
        (persons && !query_person(q->store, q->shop, &x->row, r->order_id, &p))) {
        x->failed = true;
        return false;
    }
    const struct sheet_cell cells[] = {
        cell_text_of(r->order_no), cell_text_of(order_state_text(state, x->ask->zh)), cell_value(o->placed_at_ms), cell_value(o->paid_at_ms),
        cell_value(o->ship_by_ms), cell_value(o->shipped_at_ms), cell_value(o->delivered_at_ms), cell_value(o->cancelled_at_ms),
        cell_value(o->refunded_at_ms), cell_value(o->total_minor), cell_value(o->paid_minor), cell_value(o->refund_minor),
        cell_text_of(text_from_cstr(q->shop->currency.code)), cell_text_of(pay_words(x, o->pay_kind)),
        cell_value(o->pieces != CLAIM_NONE ? o->pieces : lines.pieces), cell_text_of(title_of(x, &lines)), cell_text_of(o->region),
        cell_text_of(o->country), cell_text_of(o->tracking), cell_text_of(p.buyer), cell_text_of(p.name), cell_text_of(p.phone),
        cell_text_of(p.email), cell_text_of(p.address), cell_text_of(p.buyer_note), cell_text_of(p.seller_note),
    };
    _Static_assert(sizeof cells / sizeof cells[0] == sizeof order_columns / sizeof order_columns[0], "a cell for each column");
    return export_row(x, cells);
}

bool export_orders(struct export *x)
{
    return export_begin(x, "orders", "订单", order_columns, COUNT_OF(order_columns)) && walk_orders(x, order_line);
}

/* ---- items ---- */

/* The heads are those of src/intake/profiles/zhanggui-items.json. */
static const struct export_column item_columns[] = {
    { { "Order number", "订单编号", SHEET_TEXT, 22 }, 0 },
    { { "Order time", "下单时间", SHEET_TIME, 19 }, 0 },
    { { "Payment time", "付款时间", SHEET_TIME, 19 }, 0 },
    { { "Product number", "商品ID", SHEET_TEXT, 16 }, 0 },
    { { "Merchant's code", "商家编码", SHEET_TEXT, 16 }, 0 },
    { { "Product title", "商品标题", SHEET_TEXT, 36 }, 0 },
    { { "Options", "商品属性", SHEET_TEXT, 24 }, 0 },
    { { "Pieces of the line", "购买数量", SHEET_COUNT, 8 }, 0 },
    { { "Unit price", "单价", SHEET_MONEY, 10 }, ANSWER_MONEY },
    { { "Amount of the line", "子订单金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Refund of the line", "子订单退款金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Line number", "子订单编号", SHEET_TEXT, 20 }, 0 },
};

static bool order_items(struct export *x, const struct order_row *r, enum order_state state)
{
    const struct answer_ask *q = &x->ask->ask;
    struct line_row *rows;
    struct arena lines;
    int64_t n;
    (void)state;
    arena_init(&lines, &q->store->env->memory, 0); /* outlives the rows that it tells */
    bool ok = query_lines(q->store, q->shop, &lines, r->order_id, &rows, &n);
    if (!ok) x->failed = true;
    for (int64_t i = 0; ok && i < n; i++) {
        const struct line_row *l = &rows[i];
        const struct sheet_cell cells[] = {
            cell_text_of(r->order_no), cell_value(r->order.placed_at_ms), cell_value(r->order.paid_at_ms), cell_text_of(l->product_no),
            cell_text_of(l->sku_code), cell_text_of(l->title), cell_text_of(l->options), cell_value(l->pieces), cell_value(l->unit_minor),
            cell_value(l->line_minor), cell_value(l->refund_minor), cell_text_of(l->number),
        };
        _Static_assert(sizeof cells / sizeof cells[0] == sizeof item_columns / sizeof item_columns[0], "a cell for each column");
        ok = export_row(x, cells);
    }
    arena_release(&lines);
    return ok;
}

bool export_items(struct export *x)
{
    return export_begin(x, "items", "宝贝明细", item_columns, COUNT_OF(item_columns)) && walk_orders(x, order_items);
}

/* ---- customers ---- */

static const struct export_column customer_columns[] = {
    { { "Customer", "客户编号", SHEET_COUNT, 10 }, 0 },
    { { "Buyer's account", "买家会员名", SHEET_TEXT, 20 }, ANSWER_BUYER },
    { { "Receiver's name", "收货人姓名", SHEET_TEXT, 12 }, ANSWER_PERSON },
    { { "Phone", "联系手机", SHEET_TEXT, 15 }, ANSWER_PERSON },
    { { "E-mail", "邮箱", SHEET_TEXT, 22 }, ANSWER_PERSON },
    { { "Address", "收货地址", SHEET_TEXT, 40 }, ANSWER_PERSON },
    { { "Orders", "下单数", SHEET_COUNT, 8 }, 0 },
    { { "Paid orders", "付款订单数", SHEET_COUNT, 8 }, 0 },
    { { "Amount paid", "实付金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Amount refunded", "退款金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "First order", "首次下单", SHEET_TIME, 19 }, 0 },
    { { "Last order", "最近下单", SHEET_TIME, 19 }, 0 },
};

static bool customer_one(void *ctx, const struct customer_row *r)
{
    struct export *x = ctx;
    const struct answer_ask *q = &x->ask->ask;
    struct person_cells p;
    if (!query_person(q->store, q->shop, &x->row, r->last_order_id, &p)) {
        x->failed = true;
        return false;
    }
    const struct sheet_cell cells[] = {
        cell_value(r->customer_id), cell_text_of(p.buyer), cell_text_of(p.name), cell_text_of(p.phone), cell_text_of(p.email), cell_text_of(p.address),
        cell_value(r->orders), cell_value(r->paid_orders), cell_value(r->paid_minor), cell_value(r->refund_minor), cell_value(r->first_placed_ms),
        cell_value(r->last_placed_ms),
    };
    _Static_assert(sizeof cells / sizeof cells[0] == sizeof customer_columns / sizeof customer_columns[0], "a cell for each column");
    return export_row(x, cells);
}

bool export_customers(struct export *x)
{
    const struct export_ask *a = x->ask;
    const int64_t from_ms = a->orders.from_ms == INSTANT_NONE ? INSTANT_FIRST_MS : a->orders.from_ms;
    const int64_t to_ms = a->orders.to_ms == INSTANT_NONE ? INSTANT_LAST_MS : a->orders.to_ms;
    if (!export_begin(x, "customers", "客户", customer_columns, COUNT_OF(customer_columns))) return false;
    if (query_customers(a->ask.store, a->ask.shop, from_ms, to_ms, customer_one, x)) return true;
    x->failed = true;
    return false;
}

/* ---- today ---- */

static const struct export_column pick_columns[] = {
    { { "Order number", "订单编号", SHEET_TEXT, 22 }, 0 },
    { { "Payment time", "付款时间", SHEET_TIME, 19 }, 0 },
    { { "Ship by", "发货期限", SHEET_TIME, 19 }, 0 },
    { { "Late", "超时", SHEET_TEXT, 6 }, 0 },
    { { "Merchant's code", "商家编码", SHEET_TEXT, 16 }, 0 },
    { { "Product title", "商品标题", SHEET_TEXT, 36 }, 0 },
    { { "Options", "商品属性", SHEET_TEXT, 24 }, 0 },
    { { "Pieces", "件数", SHEET_COUNT, 7 }, 0 },
    { { "Province or state", "省份", SHEET_TEXT, 12 }, 0 },
    { { "Buyer's note", "买家留言", SHEET_TEXT, 24 }, ANSWER_NOTES },
    { { "Seller's note", "卖家备注", SHEET_TEXT, 24 }, ANSWER_NOTES },
    { { "Order amount", "订单金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
};

/* A row for each line, so that what is to be fetched stands in columns; the order's own cells on its first. */
static bool pick_order(struct export *x, const struct pick_entry *e)
{
    const struct answer_ask *q = &x->ask->ask;
    struct person_cells p = { 0 };
    struct line_row *rows, none = { .pieces = e->pieces };
    struct arena order;
    int64_t n;
    arena_init(&order, &q->store->env->memory, 0);
    bool ok = query_lines(q->store, q->shop, &order, e->order_id, &rows, &n) &&
              (!(q->mask & ANSWER_NOTES) || query_person(q->store, q->shop, &order, e->order_id, &p));
    if (!ok) x->failed = true;
    if (ok && n == 0) rows = &none, n = 1;
    for (int64_t i = 0; ok && i < n; i++) {
        const bool first = i == 0;
        const struct sheet_cell cells[] = {
            cell_text_of(e->order_no), cell_value(e->paid_at_ms), cell_value(e->decision.ship_by_ms),
            cell_text_of(e->decision.late ? words_of(x, TEXT("late"), TEXT("超时")) : TEXT_NONE), cell_text_of(rows[i].sku_code),
            cell_text_of(rows[i].title), cell_text_of(rows[i].options),
            cell_value(rows[i].pieces == CLAIM_NONE && n == 1 ? e->pieces : rows[i].pieces), cell_text_of(e->region),
            cell_text_of(first ? p.buyer_note : TEXT_NONE), cell_text_of(first ? p.seller_note : TEXT_NONE),
            cell_value(first ? e->total_minor : CLAIM_NONE),
        };
        _Static_assert(sizeof cells / sizeof cells[0] == sizeof pick_columns / sizeof pick_columns[0], "a cell for each column");
        ok = export_row(x, cells);
    }
    arena_release(&order);
    return ok;
}

static const struct export_column reminder_columns[] = {
    { { "Order number", "订单编号", SHEET_TEXT, 22 }, 0 },
    { { "Reminder", "第几次", SHEET_COUNT, 8 }, 0 },
    { { "Due since", "应催于", SHEET_TIME, 19 }, 0 },
    { { "Closes at", "关闭时间", SHEET_TIME, 19 }, 0 },
    { { "Order time", "下单时间", SHEET_TIME, 19 }, 0 },
    { { "Still to pay", "待付金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Buyer's account", "买家会员名", SHEET_TEXT, 18 }, ANSWER_BUYER },
    { { "Phone", "联系手机", SHEET_TEXT, 15 }, ANSWER_PERSON },
    { { "Products", "商品", SHEET_TEXT, 36 }, 0 },
    { { "Province or state", "省份", SHEET_TEXT, 12 }, 0 },
    { { "Why", "原因", SHEET_TEXT, 60 }, 0 },
};

static bool reminder_one(struct export *x, const struct reminder_entry *e)
{
    const struct answer_ask *q = &x->ask->ask;
    struct person_cells p;
    struct lines_row lines;
    if (!query_person(q->store, q->shop, &x->row, e->order_id, &p) || !query_lines_row(q->store, q->shop, &x->row, e->order_id, &lines)) {
        x->failed = true;
        return false;
    }
    const struct reminder_decision *d = &e->decision;
    const struct sheet_cell cells[] = {
        cell_text_of(e->order_no), cell_value(d->wave), cell_value(d->due_at_ms), cell_value(e->closes_at_ms), cell_value(e->placed_at_ms),
        cell_value(e->open_minor), cell_text_of(p.buyer), cell_text_of(p.phone), cell_text_of(title_of(x, &lines)), cell_text_of(e->region),
        cell_text_of(words_of(x, d->reason.en, d->reason.zh)),
    };
    _Static_assert(sizeof cells / sizeof cells[0] == sizeof reminder_columns / sizeof reminder_columns[0], "a cell for each column");
    return export_row(x, cells);
}

static const struct export_column held_columns[] = {
    { { "Order number", "订单编号", SHEET_TEXT, 22 }, 0 },
    { { "Until", "到", SHEET_TIME, 19 }, 0 },
    { { "Never", "不再催", SHEET_TEXT, 8 }, 0 },
    { { "Order time", "下单时间", SHEET_TIME, 19 }, 0 },
    { { "Still to pay", "待付金额", SHEET_MONEY, 12 }, ANSWER_MONEY },
    { { "Why", "原因", SHEET_TEXT, 60 }, 0 },
};

static bool held_one(struct export *x, const struct reminder_entry *e)
{
    const struct reminder_decision *d = &e->decision;
    const bool never = d->verdict == REMINDER_NEVER;
    const struct sheet_cell cells[] = {
        cell_text_of(e->order_no), cell_value(never ? INSTANT_NONE : d->until_ms),
        cell_text_of(never ? words_of(x, TEXT("never"), TEXT("不再催")) : TEXT_NONE), cell_value(e->placed_at_ms), cell_value(e->open_minor),
        cell_text_of(words_of(x, d->reason.en, d->reason.zh)),
    };
    _Static_assert(sizeof cells / sizeof cells[0] == sizeof held_columns / sizeof held_columns[0], "a cell for each column");
    return export_row(x, cells);
}

/* Today's facts as the page shows them, then one of its lists, whole. */
static bool today_list(struct export *x, bool (*rows)(struct export *x, const struct today_found *t))
{
    struct answer w;
    struct today_found *t;
    bool ok = answer_begin(&w, &x->ask->ask);
    t = ok ? ARENA_NEW(&w.arena, struct today_found) : NULL;
    ok = t && today_find(&w, INT64_MAX, t) && rows(x, t);
    if (w.failed || w.arena.failed || !t) x->failed = true;
    db_rollback(w.ask->store->db); /* it only read */
    arena_release(&w.arena);
    return ok;
}

static bool pick_rows(struct export *x, const struct today_found *t)
{
    bool ok = true;
    for (int64_t i = 0; ok && i < t->pick_count; i++) ok = pick_order(x, &t->pick[i]);
    return ok;
}

static bool reminder_rows(struct export *x, const struct today_found *t)
{
    bool ok = true;
    for (int64_t i = 0; ok && i < t->due_count; i++) ok = reminder_one(x, t->due[i]);
    return ok;
}

static bool held_rows(struct export *x, const struct today_found *t)
{
    bool ok = true;
    for (int64_t i = 0; ok && i < t->held_count; i++) ok = held_one(x, t->held[i]);
    return ok;
}

bool export_pick(struct export *x)
{
    return export_begin(x, "pick list", "配货单", pick_columns, COUNT_OF(pick_columns)) && today_list(x, pick_rows);
}

bool export_reminders(struct export *x)
{
    return export_begin(x, "reminders", "催付名单", reminder_columns, COUNT_OF(reminder_columns)) && today_list(x, reminder_rows);
}

bool export_held(struct export *x)
{
    return export_begin(x, "not to remind", "暂不催付", held_columns, COUNT_OF(held_columns)) && today_list(x, held_rows);
}
