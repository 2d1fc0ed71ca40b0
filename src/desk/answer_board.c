/* How reminding goes in a period: the funnel, specialists by their recovery rate, the others by inquiry-to-payment. Facts are gathered by
 * buyer (orders, marks, chats), the figures are core/review/reminder_board.h. */
#include <stdlib.h>
#include "core/review/reminder_board.h"
#include "desk/team.h"
#include "desk/today_facts.h"
#include "store/account_store.h"
#include "store/query_board.h"

enum { PEOPLE_MAX = AGENTS_MAX + ACCOUNTS_MAX + 1, TALKS_PER_BUYER_MAX = 256, MARKS_PER_ORDER_MAX = 16 };

/* Who appears: agents first, as in the books, then accounts that are nobody's there, then the command line. */
struct someone { int64_t agent_id, user_id; struct text name; bool specialist, left; };
struct buyer_talk { int64_t buyer; struct board_talk talk; };
struct placed { int64_t order_id, buyer; struct board_order order; };

struct board_answer {
    struct answer w;
    struct period p;
    struct someone people[PEOPLE_MAX];
    int agent_count, people_count;
    struct board_person persons[PEOPLE_MAX];
    struct reminder_board board;
    struct deed_row *deeds; int64_t deed_count;
    struct buyer_talk *talks; int64_t talk_count;
    struct placed *orders; int64_t order_count, order_room;
    int64_t talks_as_of_ms;
    struct holdout holdouts[HOLDOUTS_MAX]; int holdout_count;
};

/* ---- people ---- */

static bool find_people(struct board_answer *x, struct agent_books *books)
{
    const struct answer_ask *q = x->w.ask;
    struct account *accounts = ARENA_ARRAY(&x->w.arena, struct account, ACCOUNTS_MAX);
    const struct agent_books_ask ask = { .from_day = x->p.from_day, .until_day = x->p.to_day, .over_after_ms = q->now_ms, .left = true };
    if (!accounts || !agent_books(q->store, q->shop->merchant_id, &x->w.arena, &ask, books)) return false;
    for (int i = 0; i < books->agent_count && x->people_count < PEOPLE_MAX - 1; i++) {
        const struct agent *g = &books->agents[i];
        x->people[x->people_count++] = (struct someone){ g->agent_id, g->user_id, g->name, g->kind == AGENT_SPECIALIST, g->left };
    }
    x->agent_count = x->people_count;
    const int n = account_list(q->store, q->shop->merchant_id, accounts, ACCOUNTS_MAX);
    for (int i = 0; i < n && x->people_count < PEOPLE_MAX - 1; i++)
        if (!agent_of_user(books, accounts[i].user_id))
            x->people[x->people_count++] = (struct someone){ 0, accounts[i].user_id, text_from_cstr(accounts[i].name), false, false };
    x->people[x->people_count++] = (struct someone){ 0, 0, TEXT("zhanggui"), false, false };
    return n >= 0;
}

/* Whoever is not known marked by the command line: the last one. */
static int person_of_user(const struct board_answer *x, int64_t user_id)
{
    for (int i = 0; i < x->people_count - 1; i++)
        if (user_id != 0 && x->people[i].user_id == user_id) return i;
    return x->people_count - 1;
}

/* ---- chats ---- */

static int talk_compare(const void *a, const void *b)
{
    const struct buyer_talk *x = a, *y = b;
    if (x->buyer != y->buyer) return x->buyer < y->buyer ? -1 : 1;
    if (x->talk.at_ms != y->talk.at_ms) return x->talk.at_ms < y->talk.at_ms ? -1 : 1;
    return x->talk.person - y->talk.person;
}

static bool find_talks(struct board_answer *x, const struct agent_books *books)
{
    const struct answer_ask *q = x->w.ask;
    struct talk *talks;
    int64_t n;
    if (!query_talks_as_of(q->store, q->shop, &x->talks_as_of_ms) ||
        !query_talks(q->store, q->shop, &x->w.arena, x->p.from_ms - q->policy->served_within_s * MS_PER_S, q->now_ms, &talks, &n)) return false;
    x->talks = ARENA_ARRAY(&x->w.arena, struct buyer_talk, (size_t)n + 1);
    if (!x->talks) return false;
    for (int64_t i = 0; i < n; i++) {
        const struct agent *g = agent_named(books, talks[i].staff);
        if (!g) continue;
        /* a visitor who never ordered is somebody else each time */
        const int64_t buyer = talks[i].customer_id != CLAIM_NONE ? talks[i].customer_id : -1;
        x->talks[x->talk_count++] = (struct buyer_talk){ buyer, { (int)(g - books->agents), talks[i].began_ms } };
    }
    if (x->talk_count > 0) qsort(x->talks, (size_t)x->talk_count, sizeof *x->talks, talk_compare);
    for (int64_t i = 0; i < x->talk_count; i++)
        if (x->talks[i].talk.at_ms >= x->p.from_ms && x->talks[i].talk.at_ms < x->p.to_ms) reminder_board_talk(&x->board, x->talks[i].buyer, x->talks[i].talk.person);
    return true;
}

/* ---- orders ---- */

static bool placed_one(void *ctx, const struct order_row *r)
{
    struct board_answer *x = ctx;
    const struct order *o = &r->order;
    if (o->pay_kind == PAY_ON_DELIVERY || o->placed_at_ms == INSTANT_NONE || o->placed_at_ms > x->w.ask->now_ms) return true;
    if (x->order_count == x->order_room) {
        x->order_room = x->order_room ? x->order_room * 2 : 1024;
        struct placed *grown = ARENA_ARRAY(&x->w.arena, struct placed, (size_t)x->order_room);
        if (!grown) return false;
        if (x->order_count) memcpy(grown, x->orders, (size_t)x->order_count * sizeof *grown);
        x->orders = grown;
    }
    const int64_t minor = o->paid_at_ms != INSTANT_NONE && o->paid_minor != CLAIM_NONE ? o->paid_minor : o->total_minor;
    const int64_t buyer = o->customer_id != CLAIM_NONE ? o->customer_id : -1;
    x->orders[x->order_count++] = (struct placed){ r->order_id, buyer, { .buyer = buyer, .placed_at_ms = o->placed_at_ms, .paid_at_ms = o->paid_at_ms,
        .cancelled_at_ms = o->cancelled_at_ms, .minor = minor == CLAIM_NONE || minor < 0 ? 0 : minor,
        .held_out = holdout_has(x->w.ask->shop, x->holdouts, x->holdout_count, o->placed_at_ms, r->order_no) } };
    return true;
}

static int placed_compare(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->buyer != y->buyer) return x->buyer < y->buyer ? -1 : 1;
    return x->order_id < y->order_id ? -1 : x->order_id > y->order_id;
}

/* The marks of an order, as persons; at most MARKS_PER_ORDER_MAX. */
static int marks_of(const struct board_answer *x, int64_t order_id, struct board_mark ret[MARKS_PER_ORDER_MAX])
{
    int64_t low = 0, high = x->deed_count;
    int n = 0;
    while (low < high) {
        const int64_t mid = low + (high - low) / 2;
        if (x->deeds[mid].order_id < order_id) low = mid + 1;
        else high = mid;
    }
    for (; low < x->deed_count && x->deeds[low].order_id == order_id && n < MARKS_PER_ORDER_MAX; low++) {
        ret[n++] = (struct board_mark){ person_of_user(x, x->deeds[low].user_id), x->deeds[low].mark };
    }
    return n;
}

/* The chats of a buyer: a stretch of x->talks that moves on with the buyers. */
static int talks_of(const struct board_answer *x, int64_t buyer, int64_t *at, struct board_talk ret[TALKS_PER_BUYER_MAX])
{
    int n = 0;
    if (buyer < 0) return 0;
    while (*at < x->talk_count && x->talks[*at].buyer < buyer) (*at)++;
    for (int64_t i = *at; i < x->talk_count && x->talks[i].buyer == buyer && n < TALKS_PER_BUYER_MAX; i++) ret[n++] = x->talks[i].talk;
    return n;
}

static bool find_orders(struct board_answer *x)
{
    const struct answer_ask *q = x->w.ask;
    const struct orders_filter f = { .from_ms = x->p.from_ms, .to_ms = x->p.to_ms, .before = { INT64_MAX, INT64_MAX }, .customer_id = CLAIM_NONE };
    if (!holdout_list(q->store, q->shop, x->p.from_ms, x->p.to_ms, x->holdouts, &x->holdout_count) ||
        !query_deeds(q->store, q->shop, &x->w.arena, x->p.from_ms - 1, q->now_ms, &x->deeds, &x->deed_count) ||
        !query_orders(q->store, q->shop, &f, placed_one, x) || x->w.arena.failed) return false;
    if (x->order_count > 0) qsort(x->orders, (size_t)x->order_count, sizeof *x->orders, placed_compare);
    int64_t at = 0;
    for (int64_t i = 0; i < x->order_count; i++) {
        struct board_talk talks[TALKS_PER_BUYER_MAX];
        struct board_mark marks[MARKS_PER_ORDER_MAX];
        struct board_order *o = &x->orders[i].order;
        o->talks = talks;
        o->talk_count = talks_of(x, x->orders[i].buyer, &at, talks);
        o->marks = marks;
        o->mark_count = marks_of(x, x->orders[i].order_id, marks);
        if (!reminder_board_order(&x->board, o)) return false;
    }
    return true;
}

/* ---- JSON ---- */

static json_t *sum_json(struct answer *w, const struct board_sum *s)
{
    return json_pack("{s:I, s:o}", "orders", (json_int_t)s->orders, "amount", json_money(w, s->minor));
}

static json_t *rate_json(int64_t part, int64_t whole)
{
    const int64_t bp = reminder_board_rate_bp(part, whole);
    return bp < 0 ? json_null() : json_integer(bp);
}

static json_t *person_json(struct answer *w, const struct someone *who, const struct board_person *p)
{
    json_t *credited = json_object(), *converted = json_object();
    json_t *o = json_pack("{s:o, s:o, s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "name", json_text(who->name), "agent", who->agent_id ? json_integer(who->agent_id) : json_null(),
                          "left", who->left, "reminded", (json_int_t)p->reminded, "open", (json_int_t)p->open, "unreached", (json_int_t)p->unreached,
                          "skipped", (json_int_t)p->skipped, "asked", (json_int_t)p->asked, "recovered", sum_json(w, &p->recovered), "rate_bp",
                          rate_json(p->recovered.orders, p->reminded));
    for (int a = 0; a < ATTRIBUTION_COUNT; a++) {
        const char *word = attribution_word((enum attribution)a);
        put(w, credited, word, sum_json(w, &p->credited[a]));
        put(w, converted, word, json_pack("{s:I, s:o}", "buyers", (json_int_t)p->converted[a], "rate_bp", rate_json(p->converted[a], p->asked)));
    }
    put(w, o, "credited", credited);
    put(w, o, "converted", converted);
    return o;
}

static json_t *funnel_json(struct answer *w, const struct board_funnel *f)
{
    static const char *const ends[END_COUNT] = { [END_PAID] = "paid", [END_OPEN] = "open", [END_LOST] = "lost" };
    json_t *due = json_object(), *o = json_object();
    for (int d = 0; d < DEED_COUNT; d++) {
        json_t *row = json_object();
        for (int e = 0; e < END_COUNT; e++) put(w, row, ends[e], sum_json(w, &f->due[d][e]));
        put(w, due, board_deed_word((enum board_deed)d), row);
    }
    put(w, o, "placed", sum_json(w, &f->placed));
    put(w, o, "paid_early", sum_json(w, &f->paid_early));
    put(w, o, "young", sum_json(w, &f->young));
    put(w, o, "closed_early", sum_json(w, &f->closed_early));
    put(w, o, "due", due);
    put(w, o, "crossed", json_integer(f->crossed));
    return o;
}

struct ranked { int person; int64_t rate_bp, orders; };

/* The better rate first, then the more orders. */
static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->rate_bp != y->rate_bp) return x->rate_bp > y->rate_bp ? -1 : 1;
    if (x->orders != y->orders) return x->orders > y->orders ? -1 : 1;
    return x->person - y->person;
}

static json_t *people_json(struct board_answer *x, bool specialists)
{
    struct ranked rows[PEOPLE_MAX];
    int n = 0;
    json_t *list = json_array();
    for (int i = 0; i < x->people_count; i++) {
        const struct board_person *p = &x->persons[i];
        const bool idle = p->reminded + p->unreached + p->skipped + p->asked + p->credited[ATTRIBUTION_ORDER].orders + p->credited[ATTRIBUTION_PAYMENT].orders == 0;
        if (x->people[i].specialist != specialists || (idle && (x->people[i].left || i >= x->agent_count))) continue;
        rows[n++] = specialists ? (struct ranked){ i, reminder_board_rate_bp(p->recovered.orders, p->reminded), p->recovered.orders }
                                : (struct ranked){ i, reminder_board_rate_bp(p->converted[ATTRIBUTION_ORDER_FIRST], p->asked), p->recovered.orders };
    }
    if (n > 0) qsort(rows, (size_t)n, sizeof rows[0], ranked_compare);
    for (int i = 0; i < n; i++) push(&x->w, list, person_json(&x->w, &x->people[rows[i].person], &x->persons[rows[i].person]));
    return list;
}

static json_t *board_json(struct board_answer *x)
{
    json_t *o = json_object();
    put(&x->w, o, "from", json_day(x->p.from_day));
    put(&x->w, o, "to", json_day(x->p.to_day));
    put(&x->w, o, "at", json_instant(&x->w, x->w.ask->now_ms));
    put_age(&x->w, o);
    put(&x->w, o, "funnel", funnel_json(&x->w, &x->board.funnel));
    put(&x->w, o, "specialists", people_json(x, true));
    put(&x->w, o, "others", people_json(x, false));
    put(&x->w, o, "talks_as_of", json_instant(&x->w, x->talks_as_of_ms));
    return o;
}

json_t *answer_board(const struct answer_ask *q, const struct board_ask *b, enum answer_error *ret_error)
{
    struct agent_books books;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (b->from_day >= b->to_day || b->to_day - b->from_day > ANSWER_BOARD_DAYS) {
        *ret_error = ANSWER_LONG_PERIOD;
        return NULL;
    }
    struct board_answer *x = q->store->env->memory.take(q->store->env->memory.ctx, sizeof *x);
    if (!x) {
        *ret_error = ANSWER_FAILED;
        return NULL;
    }
    memset(x, 0, sizeof *x);
    x->talks_as_of_ms = INSTANT_NONE;
    x->p = (struct period){ zone_day_start_ms(q->shop->zone, b->from_day), zone_day_start_ms(q->shop->zone, b->to_day), b->from_day, b->to_day };
    x->board = (struct reminder_board){ .persons = x->persons, .person_count = PEOPLE_MAX, .from_ms = x->p.from_ms, .at_ms = q->now_ms,
        .due_after_ms = q->policy->wave1_after_s * MS_PER_S, .window_ms = q->policy->payment_window_s * MS_PER_S, .credit_ms = q->policy->served_within_s * MS_PER_S };
    reminder_board_begin(&x->board);
    if (answer_begin(&x->w, q)) {
        if (find_people(x, &books) && find_talks(x, &books) && find_orders(x)) o = board_json(x);
        else x->w.failed = true;
    }
    o = answer_end(&x->w, o, ret_error);
    q->store->env->memory.give(q->store->env->memory.ctx, x, sizeof *x);
    return o;
}
