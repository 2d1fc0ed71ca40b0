/* The reminder desk's queue: what is due, the most urgent and most valuable first, each with its reason, whose it is and the text to
 * say; what was paid meanwhile; and where nothing is due, honestly why. */
#include "desk/queue.h"
#include "store/query_board.h"
#include "desk/queue_text.h"

enum { QUEUE_ROWS = 100, PAID_ROWS = 200, HELD_KINDS = 12 };

/* ---- facts ---- */

bool queue_find(struct answer *w, struct queue_found *ret)
{
    const struct answer_ask *q = w->ask;
    *ret = (struct queue_found){ .unhanded = 0 };
    if (!today_reminders(w, true, &ret->today)) return false;
    const int64_t n = ret->today.due_count;
    ret->due = ARENA_ARRAY(&w->arena, struct team_due, (size_t)n + 1);
    ret->assigned = ARENA_ARRAY(&w->arena, struct assignment, (size_t)n + 1);
    bool ok = ret->due && ret->assigned && team_find(q->store, q->shop, q->policy, &w->arena, q->now_ms, &ret->team);
    for (int64_t i = 0; ok && i < n; i++) {
        const struct reminder_entry *e = ret->today.due[i];
        ret->due[i] = (struct team_due){ e->order_id, e->customer_id, e->placed_at_ms, e->decision.due_at_ms, e->order_no, e->decision.wave };
    }
    ok = ok && team_assign(&w->arena, &ret->team, ret->due, n, ret->assigned);
    for (int64_t i = 0; ok && i < n; i++) ret->unhanded += ret->assigned[i].agent >= 0 && !text_is(text_from_cstr(ret->assigned[i].reason.rule), "kept");
    if (!ok) w->failed = true;
    return ok;
}

/* ---- rows ---- */

static json_t *agent_json(const struct queue_found *f, int agent)
{
    if (agent < 0) return json_null();
    const struct assignment_agent *g = &f->team.agents[agent];
    return json_pack("{s:I, s:o, s:s}", "id", (json_int_t)g->agent_id, "name", json_text(g->name), "kind", agent_kind_word(g->kind));
}

static json_t *row_json(struct answer *w, const struct queue_found *f, struct queue_texts *texts, int64_t i)
{
    const struct reminder_entry *e = f->today.due[i];
    struct person_cells person = { 0 };
    struct lines_row lines = { 0 };
    json_t *o = json_object();
    if (!query_person(w->ask->store, w->ask->shop, &w->arena, e->order_id, &person) ||
        !query_lines_row(w->ask->store, w->ask->shop, &w->arena, e->order_id, &lines)) w->failed = true;
    put(w, o, "order", json_text(e->order_no));
    put(w, o, "wave", json_integer(e->decision.wave));
    put(w, o, "due_at", json_instant(w, e->decision.due_at_ms));
    put(w, o, "closes_at", json_instant(w, e->closes_at_ms));
    put(w, o, "placed_at", json_instant(w, e->placed_at_ms));
    put(w, o, "amount", json_money(w, e->open_minor));
    put(w, o, "buyer", w->ask->mask & ANSWER_BUYER ? json_text(person.buyer) : json_null());
    put(w, o, "region", json_text(e->region));
    put(w, o, "title", lines_title(w, &lines));
    put(w, o, "reason", json_reason(&e->decision.reason));
    put(w, o, "last_chance", json_boolean(e->last_chance));
    put(w, o, "agent", agent_json(f, f->assigned[i].agent));
    put(w, o, "agent_reason", f->team.books.agent_count > 0 ? json_reason(&f->assigned[i].reason) : json_null());
    queue_text_put(w, o, texts, e);
    return o;
}

/* Is the row shown to who asks? */
static bool asked_for(const struct queue_found *f, const struct queue_ask *ask, int64_t i)
{
    const int agent = f->assigned[i].agent;
    if (ask->agent_id < 0 || f->team.books.agent_count == 0) return true;
    return ask->agent_id == 0 ? agent < 0 : agent >= 0 && f->team.agents[agent].agent_id == ask->agent_id;
}

static void put_rows(struct answer *w, json_t *o, const struct queue_found *f, const struct queue_ask *ask)
{
    struct queue_texts texts;
    json_t *rows = json_array();
    int64_t count = 0, minor = 0, last = 0;
    if (!queue_texts_begin(w, &texts)) w->failed = true;
    for (int64_t i = 0; !w->failed && i < f->today.due_count; i++) {
        const struct reminder_entry *e = f->today.due[i];
        if (!asked_for(f, ask, i)) continue;
        if (e->open_minor != CLAIM_NONE && !checked_add(minor, e->open_minor, &minor)) w->failed = true;
        last += e->last_chance;
        if (count++ < QUEUE_ROWS) push(w, rows, row_json(w, f, &texts, i));
    }
    queue_texts_end(&texts);
    put(w, o, "rows", rows);
    put(w, o, "totals", json_pack("{s:I, s:o, s:I, s:I}", "due", (json_int_t)count, "amount", json_money(w, minor), "last_chance", (json_int_t)last,
                                  "unhanded", (json_int_t)f->unhanded));
}

/* ---- the team ---- */

static json_t *team_json(struct answer *w, const struct queue_found *f)
{
    json_t *list = json_array();
    int64_t *due = ARENA_ARRAY(&w->arena, int64_t, (size_t)f->team.books.agent_count + 1);
    for (int64_t i = 0; due && i < f->today.due_count; i++)
        if (f->assigned[i].agent >= 0) due[f->assigned[i].agent]++;
    for (int i = 0; due && i < f->team.books.agent_count; i++) {
        const struct assignment_agent *g = &f->team.agents[i];
        json_t *o = agent_json(f, i);
        put(w, o, "user_id", f->team.books.agents[i].user_id ? json_integer(f->team.books.agents[i].user_id) : json_null());
        put(w, o, "here", json_boolean(g->here));
        put(w, o, "here_from", g->here ? json_null() : json_instant(w, g->here_from_ms));
        put(w, o, "chats", json_integer(f->team.chats[i]));
        put(w, o, "limit", json_integer(g->limit));
        put(w, o, "due", json_integer(due[i]));
        push(w, list, o);
    }
    return list;
}

/* ---- paid meanwhile ---- */

struct paid { struct answer *w; json_t *list; };

static bool paid_one(void *ctx, const struct order_row *r)
{
    struct paid *p = ctx;
    struct answer *w = p->w;
    json_t *o = json_object();
    put(w, o, "order", json_text(r->order_no));
    put(w, o, "paid_at", json_instant(w, r->order.paid_at_ms));
    put(w, o, "amount", json_money(w, r->order.paid_minor != CLAIM_NONE ? r->order.paid_minor : r->order.total_minor));
    push(w, p->list, o);
    return !w->failed;
}

static json_t *paid_json(struct answer *w)
{
    const int64_t now_ms = w->ask->now_ms, since_ms = now_ms - w->ask->policy->payment_window_s * MS_PER_S;
    struct paid p = { w, json_array() };
    if (!query_paid_lately(w->ask->store, w->ask->shop, since_ms, now_ms, PAID_ROWS, paid_one, &p)) w->failed = true;
    return p.list;
}

/* ---- why nothing is due ---- */

struct held_kind { const struct reminder_entry *first; int64_t orders, until_ms; };

static json_t *held_json(struct answer *w, const struct queue_found *f)
{
    struct held_kind kinds[HELD_KINDS];
    int n = 0;
    json_t *list = json_array();
    for (int64_t i = 0; i < f->today.held_count; i++) {
        const struct reminder_entry *e = f->today.held[i];
        int k = 0;
        while (k < n && strcmp(kinds[k].first->decision.reason.rule, e->decision.reason.rule) != 0) k++;
        if (k == HELD_KINDS) continue; /* there are fewer rules */
        if (k == n) kinds[n++] = (struct held_kind){ e, 0, INSTANT_NONE };
        kinds[k].orders++;
        if (e->decision.until_ms != INSTANT_NONE && (kinds[k].until_ms == INSTANT_NONE || e->decision.until_ms < kinds[k].until_ms))
            kinds[k].until_ms = e->decision.until_ms;
    }
    for (int k = 0; k < n; k++) {
        json_t *o = json_object();
        put(w, o, "orders", json_integer(kinds[k].orders));
        put(w, o, "never", json_boolean(kinds[k].first->decision.verdict == REMINDER_NEVER));
        put(w, o, "until", json_instant(w, kinds[k].until_ms));
        put(w, o, "reason", json_reason(&kinds[k].first->decision.reason));
        push(w, list, o);
    }
    return list;
}

struct young { int64_t orders, first_ms, now_ms; };

static bool young_one(void *ctx, const struct order_row *r)
{
    struct young *y = ctx;
    if (r->order.cancelled_at_ms != INSTANT_NONE && r->order.cancelled_at_ms <= y->now_ms) return true;
    y->orders++;
    if (y->first_ms == INSTANT_NONE || r->order.placed_at_ms < y->first_ms) y->first_ms = r->order.placed_at_ms;
    return true;
}

/* Orders that are unpaid and not due yet, and when the first of them is. */
static json_t *young_json(struct answer *w)
{
    const int64_t now_ms = w->ask->now_ms, wait_ms = w->ask->policy->wave1_after_s * MS_PER_S;
    struct young y = { 0, INSTANT_NONE, now_ms };
    if (!query_unpaid(w->ask->store, w->ask->shop, now_ms - wait_ms, now_ms, now_ms, young_one, &y)) w->failed = true;
    return json_pack("{s:I, s:o}", "orders", (json_int_t)y.orders, "first_due_at", json_instant(w, y.orders ? y.first_ms + wait_ms : INSTANT_NONE));
}

/* ---- the answer ---- */

json_t *answer_queue(const struct answer_ask *q, const struct queue_ask *ask, enum answer_error *ret_error)
{
    struct answer w;
    struct queue_found f;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q) && queue_find(&w, &f)) {
        o = json_object();
        put(&w, o, "at", json_instant(&w, q->now_ms));
        put_age(&w, o);
        put_rows(&w, o, &f, ask);
        put(&w, o, "due_all", json_integer(f.today.due_count));
        put(&w, o, "team", team_json(&w, &f));
        put(&w, o, "paid", paid_json(&w));
        put(&w, o, "held", held_json(&w, &f));
        put(&w, o, "young", young_json(&w));
    }
    return answer_end(&w, o, ret_error);
}

bool answer_queue_due(const struct answer_ask *q, struct arena *a, struct team_due **ret, int64_t *ret_n)
{
    struct answer w;
    struct queue_found f;
    enum answer_error error = ANSWER_OK;
    bool ok = answer_begin(&w, q) && queue_find(&w, &f);
    const int64_t n = ok && f.unhanded > 0 ? f.today.due_count : 0;
    struct team_due *due = ARENA_ARRAY(a, struct team_due, (size_t)n + 1);
    ok = ok && due;
    for (int64_t i = 0; ok && i < n; i++) {
        due[i] = f.due[i];
        due[i].order_no = arena_text(a, f.due[i].order_no);
    }
    json_decref(answer_end(&w, ok ? json_null() : NULL, &error));
    if (!ok || a->failed) return false;
    *ret = due;
    *ret_n = n;
    return true;
}
