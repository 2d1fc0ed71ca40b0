/* See team.h. */
#include "desk/team.h"
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"

enum { DAYS_BACK = 2 /* a shift may have begun yesterday */ };

struct finding {
    struct store *s;
    const struct shop *shop;
    const struct policy *policy;
    struct arena *a;
    int64_t at_ms, day;
    struct shop *shops; int shop_count;       /* all of the merchant's */
    struct team *t;
};

static int place_of(const struct team *t, const struct agent *g) { return g ? (int)(g - t->books.agents) : -1; }

/* ---- shifts ---- */

static bool plan_painted(struct finding *f, int agent)
{
    const struct agent_books *b = &f->t->books;
    const int64_t id = b->agents[agent].agent_id;
    struct shift_plan *p = &f->t->plans[agent];
    struct shift_day *days = ARENA_ARRAY(f->a, struct shift_day, (size_t)b->day_count + 1);
    struct shift_off *off = ARENA_ARRAY(f->a, struct shift_off, (size_t)b->absence_count + 1);
    if (!days || !off) return false;
    memcpy(p->week, b->agents[agent].week, sizeof p->week);
    for (int i = 0; i < b->day_count; i++)
        if (b->days[i].agent_id == id) days[p->day_count++] = (struct shift_day){ b->days[i].day, b->days[i].hours };
    for (int i = 0; i < b->absence_count; i++)
        if (b->absences[i].agent_id == id) off[p->off_count++] = (struct shift_off){ b->absences[i].from_ms, b->absences[i].until_ms };
    p->days = days;
    p->off = off;
    return true;
}

/* What files list, of one of the merchant's shops: the same people work for all of them. */
static bool plan_listed(struct finding *f, const struct shop *shop)
{
    const struct zone *z = shop->zone;
    const int64_t day = zone_day(z, f->at_ms);
    struct listed_shift *shifts;
    int64_t n;
    if (!query_shifts(f->s, shop, f->a, zone_day_start_ms(z, day - DAYS_BACK), zone_day_start_ms(z, day + SHIFT_LOOK_DAYS + 1), &shifts, &n)) return false;
    int *whose = ARENA_ARRAY(f->a, int, (size_t)n + 1);
    if (!whose) return false;
    for (int64_t i = 0; i < n; i++) whose[i] = place_of(f->t, agent_named(&f->t->books, shifts[i].staff));
    for (int agent = 0; agent < f->t->books.agent_count; agent++) {
        struct shift_plan *p = &f->t->plans[agent];
        int64_t mine = 0;
        for (int64_t i = 0; i < n; i++) mine += whose[i] == agent;
        if (mine == 0) continue;
        struct shift_span *spans = ARENA_ARRAY(f->a, struct shift_span, (size_t)(p->span_count + mine));
        if (!spans) return false;
        if (p->span_count > 0) memcpy(spans, p->spans, (size_t)p->span_count * sizeof *spans);
        p->spans = spans;
        for (int64_t i = 0; i < n; i++) {
            if (whose[i] != agent) continue;
            spans[p->span_count++] = shifts[i].works ? shift_span_of(z, shifts[i].day, shifts[i].begins_min, shifts[i].ends_min)
                                                     : (struct shift_span){ shifts[i].day, INSTANT_MAX, INSTANT_MAX };
        }
    }
    return true;
}

static bool find_plans(struct finding *f)
{
    f->t->plans = ARENA_ARRAY(f->a, struct shift_plan, (size_t)f->t->books.agent_count + 1);
    if (!f->t->plans) return false;
    for (int i = 0; i < f->t->books.agent_count; i++)
        if (!plan_painted(f, i)) return false;
    for (int i = 0; i < f->shop_count; i++)
        if (!plan_listed(f, &f->shops[i])) return false;
    return true;
}

/* ---- chats and reminders in hand ---- */

static int served_order(const void *a, const void *b)
{
    const struct team_served *x = a, *y = b;
    if (x->customer_id != y->customer_id) return x->customer_id < y->customer_id ? -1 : 1;
    return x->began_ms > y->began_ms ? -1 : x->began_ms < y->began_ms;
}

/* Open at the instant: not ended by then; where nobody tells an end, until it has been silent for so long. */
static bool is_open(const struct finding *f, const struct talk *k)
{
    const int64_t last_ms = k->last_ms != INSTANT_NONE && k->last_ms <= f->at_ms && k->last_ms > k->began_ms ? k->last_ms : k->began_ms;
    if (k->ended_ms != INSTANT_NONE) return k->ended_ms > f->at_ms;
    return f->at_ms - last_ms < f->policy->chat_idle_s * MS_PER_S;
}

/* Chats that are open in the merchant's other shops: the same people serve them. */
static bool find_chats_elsewhere(struct finding *f)
{
    struct talk *talks;
    int64_t n;
    for (int i = 0; i < f->shop_count; i++) {
        if (f->shops[i].store_id == f->shop->store_id) continue;
        if (!query_talks(f->s, &f->shops[i], f->a, f->at_ms - MS_PER_DAY, f->at_ms, &talks, &n)) return false;
        for (int64_t k = 0; k < n; k++) {
            const int agent = place_of(f->t, agent_named(&f->t->books, talks[k].staff));
            if (agent >= 0) f->t->chats[agent] += is_open(f, &talks[k]);
        }
    }
    return true;
}

static bool find_talks(struct finding *f)
{
    struct team *t = f->t;
    struct talk *talks;
    int64_t n;
    if (!query_talks(f->s, f->shop, f->a, f->at_ms - f->policy->served_within_s * MS_PER_S, f->at_ms, &talks, &n) ||
        !query_talks_as_of(f->s, f->shop, &t->talks_as_of_ms) || !find_chats_elsewhere(f)) return false;
    t->served = ARENA_ARRAY(f->a, struct team_served, (size_t)n + 1);
    if (!t->served) return false;
    for (int64_t i = 0; i < n; i++) {
        const int agent = place_of(t, agent_named(&t->books, talks[i].staff));
        if (agent < 0) continue;
        const bool open = is_open(f, &talks[i]);
        t->chats[agent] += open;
        if (talks[i].customer_id != CLAIM_NONE) t->served[t->served_count++] = (struct team_served){ talks[i].customer_id, talks[i].began_ms, agent, open };
    }
    qsort(t->served, (size_t)t->served_count, sizeof *t->served, served_order);
    return true;
}

/* The latest chat of that buyer; NULL: nobody served them. */
static const struct team_served *served_of(const struct team *t, int64_t customer_id)
{
    int64_t low = 0, high = t->served_count;
    if (customer_id == CLAIM_NONE) return NULL;
    while (low < high) {
        const int64_t mid = low + (high - low) / 2;
        if (t->served[mid].customer_id < customer_id) low = mid + 1;
        else high = mid;
    }
    return low < t->served_count && t->served[low].customer_id == customer_id ? &t->served[low] : NULL;
}

/* What was given out stays in hand until it is marked, paid for, or past its time to pay. */
static bool find_hands(struct finding *f)
{
    return hand_list(f->s, f->shop, f->a, f->at_ms - f->policy->payment_window_s * MS_PER_S - MS_PER_DAY, f->at_ms, &f->t->hands, &f->t->hand_count);
}

static const struct hand *hand_of(const struct team *t, int64_t order_id, int wave)
{
    int64_t low = 0, high = t->hand_count;
    while (low < high) {
        const int64_t mid = low + (high - low) / 2;
        if (t->hands[mid].order_id < order_id) low = mid + 1;
        else high = mid;
    }
    for (; low < t->hand_count && t->hands[low].order_id == order_id; low++)
        if (t->hands[low].wave == wave) return &t->hands[low];
    return NULL;
}

/* ---- all of it ---- */

static bool find_shops(struct finding *f)
{
    struct shop *all = ARENA_ARRAY(f->a, struct shop, LIMIT_STORES);
    const int n = all ? shop_list(f->s, all, LIMIT_STORES) : -1;
    f->shops = all;
    for (int i = 0; i < n; i++)
        if (all[i].merchant_id == f->shop->merchant_id) all[f->shop_count++] = all[i];
    return n >= 0;
}

static void find_agents(struct finding *f)
{
    struct team *t = f->t;
    const int64_t day_ms = zone_day_start_ms(f->shop->zone, f->day);
    for (int i = 0; i < t->books.agent_count; i++) {
        const struct agent *g = &t->books.agents[i];
        const enum shift_why why = shift_at(&t->plans[i], f->shop->zone, f->at_ms);
        t->agents[i] = (struct assignment_agent){ .agent_id = g->agent_id, .name = g->name, .kind = g->kind, .here = why == SHIFT_ON,
            .here_from_ms = why == SHIFT_ON ? f->at_ms : shift_next_ms(&t->plans[i], f->shop->zone, f->at_ms), .load = t->chats[i],
            .limit = g->chats_max > 0 ? g->chats_max : f->policy->agent_chats_max };
    }
    for (int64_t k = 0; k < t->hand_count; k++) {
        const int i = place_of(t, agent_of(&t->books, t->hands[k].agent_id));
        if (i >= 0 && t->hands[k].at_ms >= day_ms) t->agents[i].given++;
    }
}

bool team_find(struct store *s, const struct shop *shop, const struct policy *p, struct arena *a, int64_t at_ms, struct team *ret)
{
    struct finding f = { .s = s, .shop = shop, .policy = p, .a = a, .at_ms = at_ms, .day = zone_day(shop->zone, at_ms), .t = ret };
    *ret = (struct team){ .desk = { .now_ms = at_ms, .zone = shop->zone, .load_high_bp = p->load_high_bp } };
    const struct agent_books_ask ask = { .from_day = f.day - DAYS_BACK, .until_day = f.day + SHIFT_LOOK_DAYS + 1, .over_after_ms = at_ms };
    if (!agent_books(s, shop->merchant_id, a, &ask, &ret->books)) return false;
    const size_t n = (size_t)ret->books.agent_count + 1;
    ret->agents = ARENA_ARRAY(a, struct assignment_agent, n);
    ret->chats = ARENA_ARRAY(a, int, n);
    ret->reminders = ARENA_ARRAY(a, int, n);
    ret->load = ARENA_ARRAY(a, int, n);
    if (!ret->agents || !ret->chats || !ret->reminders || !ret->load || !find_shops(&f) || !find_plans(&f) || !find_talks(&f) || !find_hands(&f)) return false;
    find_agents(&f);
    for (int h = 0; h < ROTA_HOURS; h++) ret->desk.rota[h] = place_of(ret, agent_of(&ret->books, ret->books.rota[h]));
    ret->desk.agents = ret->agents;
    ret->desk.agent_count = ret->books.agent_count;
    return !a->failed;
}

bool team_assign(struct arena *a, struct team *t, const struct team_due *due, int64_t n, struct assignment *ret)
{
    struct assignment_order *orders = ARENA_ARRAY(a, struct assignment_order, (size_t)n + 1);
    struct assignment_agent *agents = ARENA_ARRAY(a, struct assignment_agent, (size_t)t->books.agent_count + 1);
    struct assignment_desk desk = t->desk;
    if (!orders || !agents) return false;
    if (t->books.agent_count > 0) memcpy(agents, t->agents, (size_t)t->books.agent_count * sizeof *agents);
    for (int64_t i = 0; i < n; i++) {
        const struct team_served *s = served_of(t, due[i].customer_id);
        const struct hand *h = hand_of(t, due[i].order_id, due[i].wave);
        orders[i] = (struct assignment_order){ .order_no = due[i].order_no, .placed_at_ms = due[i].placed_at_ms, .due_at_ms = due[i].due_at_ms,
            .served = s ? s->agent : -1, .served_at_ms = s ? s->began_ms : INSTANT_NONE, .talking = s && s->open,
            .kept = h ? place_of(t, agent_of(&t->books, h->agent_id)) : -1 };
        const int kept = orders[i].kept;
        if (kept >= 0 && !(s && s->open && s->agent == kept)) agents[kept].load++;
    }
    desk.agents = agents;
    if (!assign_all(a, &desk, orders, n, ret)) return false;
    for (int i = 0; i < t->books.agent_count; i++) {
        t->reminders[i] = 0;
        t->load[i] = t->chats[i];
    }
    for (int64_t i = 0; i < n; i++) {
        const int to = ret[i].agent;
        if (to < 0) continue;
        t->reminders[to]++;
        t->load[to] += !(orders[i].talking && orders[i].served == to);
    }
    return true;
}

bool team_hand_out(struct store *s, const struct shop *shop, const struct policy *p, int64_t at_ms, const struct team_due *due, int64_t n, int64_t *ret_changed)
{
    struct arena a;
    struct team t;
    bool ok = false;
    int64_t changed = 0;
    arena_init(&a, &s->env->memory, 0);
    struct assignment *got = ARENA_ARRAY(&a, struct assignment, (size_t)n + 1);
    if (!got || !team_find(s, shop, p, &a, at_ms, &t) || !team_assign(&a, &t, due, n, got)) goto out;
    for (int64_t i = 0; i < n; i++) {
        const int64_t to = got[i].agent < 0 ? 0 : t.agents[got[i].agent].agent_id;
        const struct hand *had = hand_of(&t, due[i].order_id, due[i].wave);
        if ((had ? had->agent_id : 0) == to) continue;
        if (!hand_put(s, shop, &(struct hand){ due[i].order_id, to, at_ms, due[i].wave })) goto out;
        changed++;
    }
    *ret_changed = changed;
    ok = true;
out:
    if (a.failed) db_refuse(s->db, DB_ERROR_MEMORY, "out of memory while reminders were given out");
    arena_release(&a);
    return ok;
}
