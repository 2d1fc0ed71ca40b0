/* Who reminds; see assignment.h. Reads from `assign` upwards: each rule is a function that finds a place in agents or -1, each sentence
 * stands beside the rule that it explains. */
#include "core/run/assignment.h"
#include <assert.h>
#include "core/words.h"

enum { NOBODY = -1 };

const char *agent_kind_word(enum agent_kind k)
{
    switch (k) {
    case AGENT_SERVICE: return "service";
    case AGENT_SPECIALIST: return "specialist";
    }
    return "";
}

bool agent_kind_parse(struct text word, enum agent_kind *ret)
{
    for (int k = AGENT_SERVICE; k <= AGENT_SPECIALIST; k++) {
        if (!text_is(word, agent_kind_word((enum agent_kind)k))) continue;
        *ret = (enum agent_kind)k;
        return true;
    }
    return false;
}

/* ---- who ---- */

static bool has_room(const struct assignment_agent *g) { return g->here && g->load < g->limit; }

bool assignment_load_high(const struct assignment_desk *d)
{
    int64_t load = 0, limit = 0;
    for (int i = 0; i < d->agent_count; i++) {
        const struct assignment_agent *g = &d->agents[i];
        if (!g->here || g->kind != AGENT_SERVICE) continue;
        load += g->load < g->limit ? g->load : g->limit;
        limit += g->limit;
    }
    return load * 10000 >= d->load_high_bp * limit;
}

/* < 0: x is to be taken before y. Shares of the limit are compared without dividing: 3 of 12 is as much as 1 of 4. */
static int less_busy(const struct assignment_agent *x, const struct assignment_agent *y)
{
    const int64_t of_x = (int64_t)x->load * y->limit, of_y = (int64_t)y->load * x->limit;
    if (of_x != of_y) return of_x < of_y ? -1 : 1;
    if (x->given != y->given) return x->given < y->given ? -1 : 1;
    return x->agent_id < y->agent_id ? -1 : x->agent_id > y->agent_id;
}

enum whom { OF_SERVICE = 1 << AGENT_SERVICE, OF_SPECIALISTS = 1 << AGENT_SPECIALIST };

static int most_room(const struct assignment_desk *d, enum whom whom)
{
    int best = NOBODY;
    for (int i = 0; i < d->agent_count; i++) {
        const struct assignment_agent *g = &d->agents[i];
        if (!has_room(g) || !((unsigned)whom & 1u << g->kind)) continue;
        if (best == NOBODY || less_busy(g, &d->agents[best]) < 0) best = i;
    }
    return best;
}

/* The rota's one of that hour, else the next on the rota who is here and has room. *ret_named: whose hour it is, or NOBODY. */
static int on_rota(const struct assignment_desk *d, int hour, int *ret_named)
{
    *ret_named = d->rota[hour];
    for (int k = 0; k < ROTA_HOURS; k++) {
        const int i = d->rota[(hour + k) % ROTA_HOURS];
        if (i != NOBODY && has_room(&d->agents[i])) return i;
    }
    return NOBODY;
}

/* ---- in words ---- */

#define NAME(d, i) (int)(d)->agents[i].name.len, (d)->agents[i].name.ptr
#define WORDS(t) (int)(t).len, (t).ptr

static struct assignment given(int agent, struct reason why) { return (struct assignment){ agent, 0, INSTANT_NONE, why }; }

/* To the one who takes it, after somebody else could not. */
static struct reason passed_on(struct arena *a, const struct assignment_desk *d, const struct assignment_order *o, int to)
{
    const struct assignment_agent *g = &d->agents[o->served];
    const bool expert = d->agents[to].kind == AGENT_SPECIALIST;
    if (!g->here)
        return (struct reason){ "served-away",
            arena_printf(a, "%.*s served this buyer and is not here; %s%.*s takes it.", NAME(d, o->served), expert ? "reminder specialist " : "", NAME(d, to)),
            arena_printf(a, "%.*s接待过这位买家，现在不在岗，由%s%.*s跟进。", NAME(d, o->served), expert ? "催付专员" : "", NAME(d, to)) };
    return (struct reason){ "served-full",
        arena_printf(a, "%.*s served this buyer but has %d of %d in hand; %s%.*s takes it.", NAME(d, o->served), g->load, g->limit,
                     expert ? "reminder specialist " : "", NAME(d, to)),
        arena_printf(a, "%.*s接待过这位买家，但手上已有 %d 个（上限 %d），由%s%.*s跟进。", NAME(d, o->served), g->load, g->limit, expert ? "催付专员" : "",
                     NAME(d, to)) };
}

static struct reason by_rota(struct arena *a, const struct assignment_desk *d, int hour, int named, int to)
{
    if (named == to)
        return (struct reason){ "rota", arena_printf(a, "Nobody served this buyer; orders of %02d:00 are %.*s's by the rota.", hour, NAME(d, to)),
                                arena_printf(a, "静默订单，%02d 点下的单按轮值归%.*s。", hour, NAME(d, to)) };
    if (named == NOBODY)
        return (struct reason){ "rota-next",
            arena_printf(a, "Nobody served this buyer and the rota names nobody for %02d:00; %.*s is the next on it.", hour, NAME(d, to)),
            arena_printf(a, "静默订单，%02d 点没有排轮值，顺延给%.*s。", hour, NAME(d, to)) };
    const bool here = d->agents[named].here;
    return (struct reason){ "rota-next",
        arena_printf(a, "Nobody served this buyer; %.*s, whose hour it is by the rota, is %s; %.*s is the next on it.", NAME(d, named),
                     here ? "full" : "not here", NAME(d, to)),
        arena_printf(a, "静默订单，%02d 点轮值的%.*s%s，顺延给%.*s。", hour, NAME(d, named), here ? "手上已满" : "不在岗", NAME(d, to)) };
}

static struct reason with_most_room(struct arena *a, const struct assignment_desk *d, const struct assignment_order *o, int to)
{
    const struct assignment_agent *g = &d->agents[to];
    if (o->served != NOBODY) return passed_on(a, d, o, to);
    return (struct reason){ "most-room",
        arena_printf(a, "Nobody served this buyer; %.*s has the most room (%d of %d in hand).", NAME(d, to), g->load, g->limit),
        arena_printf(a, "静默订单，%.*s手上最空（%d／%d），由其跟进。", NAME(d, to), g->load, g->limit) };
}

/* Nobody can take it: because there is no staff, nobody is here, or all who are have enough. */
static struct assignment nobody(struct arena *a, const struct assignment_desk *d)
{
    bool here = false;
    int64_t from_ms = INSTANT_NONE;
    for (int i = 0; i < d->agent_count; i++) {
        const struct assignment_agent *g = &d->agents[i];
        here = here || g->here;
        if (!g->here && g->here_from_ms != INSTANT_NONE && (from_ms == INSTANT_NONE || g->here_from_ms < from_ms)) from_ms = g->here_from_ms;
    }
    if (d->agent_count == 0)
        return given(NOBODY, (struct reason){ "no-staff", TEXT("No staff is entered: whoever sits at the desk reminds."), TEXT("还没有录入客服，由当前在岗的人催付。") });
    if (here)
        return (struct assignment){ NOBODY, 1, INSTANT_NONE, { "all-full", TEXT("Everybody here has enough in hand; it waits in line, first due first served."),
                                                               TEXT("在岗的人手上都满了，按先到先得排队。") } };
    if (from_ms == INSTANT_NONE)
        return given(NOBODY, (struct reason){ "nobody-here", TEXT("Nobody is on a shift and none is planned."), TEXT("现在没有人在岗，也没有排班。") });
    const struct text en = words_at(a, from_ms, d->now_ms, d->zone, false), zh = words_clock(a, from_ms, d->now_ms, d->zone, true);
    return (struct assignment){ NOBODY, 0, from_ms, { "nobody-here",
        arena_printf(a, "Nobody is on a shift; the next one begins %.*s.", WORDS(en)), arena_printf(a, "现在没有人在岗，下一班%.*s 开始。", WORDS(zh)) } };
}

/* ---- one order ---- */

static bool with_who_knows_it(struct arena *a, const struct assignment_desk *d, const struct assignment_order *o, struct assignment *ret)
{
    if (o->kept != NOBODY && d->agents[o->kept].here) {
        *ret = given(o->kept, (struct reason){ "kept", arena_printf(a, "In %.*s's hands already.", NAME(d, o->kept)), arena_printf(a, "已在%.*s手上。", NAME(d, o->kept)) });
        return true;
    }
    if (o->served == NOBODY || !d->agents[o->served].here) return false;
    const struct assignment_agent *g = &d->agents[o->served];
    if (o->talking) {
        *ret = given(o->served, (struct reason){ "talking", arena_printf(a, "%.*s is chatting with this buyer right now.", NAME(d, o->served)),
                                                 arena_printf(a, "%.*s正在接待这位买家。", NAME(d, o->served)) });
        return true;
    }
    if (!has_room(g)) return false;
    const struct text en = words_at(a, o->served_at_ms, d->now_ms, d->zone, false), zh = words_clock(a, o->served_at_ms, d->now_ms, d->zone, true);
    *ret = given(o->served, (struct reason){ "served",
        arena_printf(a, "%.*s served this buyer %.*s and has room (%d of %d in hand).", NAME(d, o->served), WORDS(en), g->load, g->limit),
        arena_printf(a, "%.*s%.*s 接待过这位买家，手上还有余量（%d／%d），谁接待谁催付。", NAME(d, o->served), WORDS(zh), g->load, g->limit) });
    return true;
}

struct assignment assign(struct arena *a, const struct assignment_desk *d, const struct assignment_order *o)
{
    struct assignment known;
    int to;
    assert(d->agent_count >= 0 && d->agent_count <= AGENTS_MAX && o->served < d->agent_count && o->kept < d->agent_count);
    if (with_who_knows_it(a, d, o, &known)) return known;
    if (o->served != NOBODY) {
        to = most_room(d, OF_SPECIALISTS);
        if (to != NOBODY) return given(to, passed_on(a, d, o, to));
    } else if (assignment_load_high(d)) {
        to = most_room(d, OF_SPECIALISTS);
        if (to != NOBODY)
            return given(to, (struct reason){ "busy", arena_printf(a, "Nobody served this buyer and service is busy; reminder specialist %.*s takes it.", NAME(d, to)),
                                              arena_printf(a, "静默订单，客服正忙，由催付专员%.*s跟进。", NAME(d, to)) });
    } else {
        int named;
        const int hour = zone_civil(d->zone, o->placed_at_ms).hour;
        to = on_rota(d, hour, &named);
        if (to != NOBODY) return given(to, by_rota(a, d, hour, named, to));
    }
    to = most_room(d, OF_SERVICE);
    if (to == NOBODY) to = most_room(d, OF_SPECIALISTS);
    return to == NOBODY ? nobody(a, d) : given(to, with_most_room(a, d, o, to));
}

/* ---- a list ---- */

struct queued { const struct assignment_order *order; int64_t at; };

static int first_due_first(const struct queued *x, const struct queued *y)
{
    if (x->order->due_at_ms != y->order->due_at_ms) return x->order->due_at_ms < y->order->due_at_ms ? -1 : 1;
    return text_compare(x->order->order_no, y->order->order_no);
}

static void queue_sift(struct queued *q, int64_t n, int64_t at)
{
    for (;;) {
        int64_t child = 2 * at + 1;
        if (child >= n) return;
        if (child + 1 < n && first_due_first(&q[child], &q[child + 1]) < 0) child++;
        if (first_due_first(&q[at], &q[child]) >= 0) return;
        const struct queued t = q[at];
        q[at] = q[child];
        q[child] = t;
        at = child;
    }
}

/* Heap sort: it takes no memory of its own. */
static void queue_sort(struct queued *q, int64_t n)
{
    for (int64_t i = n / 2; i-- > 0;) queue_sift(q, n, i);
    for (int64_t end = n; end-- > 1;) {
        const struct queued t = q[0];
        q[0] = q[end];
        q[end] = t;
        queue_sift(q, end, 0);
    }
}

static void wait_in_line(struct arena *a, struct assignment *r, int64_t place)
{
    r->place = place;
    r->reason.en = arena_printf(a, "Everybody here has enough in hand; number %lld in line, first due first served.", (long long)place);
    r->reason.zh = arena_printf(a, "在岗的人手上都满了，排队第 %lld 位，先到先得。", (long long)place);
}

bool assign_all(struct arena *a, const struct assignment_desk *d, const struct assignment_order *orders, int64_t n, struct assignment *ret)
{
    struct assignment_agent *staff = ARENA_ARRAY(a, struct assignment_agent, (size_t)d->agent_count + 1);
    struct queued *queue = ARENA_ARRAY(a, struct queued, (size_t)n + 1);
    struct assignment_desk desk = *d;
    int64_t queued = 0, waiting = 0;
    if (!staff || !queue) return false;
    if (d->agent_count > 0) memcpy(staff, d->agents, (size_t)d->agent_count * sizeof *staff);
    desk.agents = staff;
    for (int64_t i = 0; i < n; i++) { /* what stays in hand is part of the load that was told; what does not weighs on nobody */
        const int kept = orders[i].kept;
        if (kept != NOBODY && staff[kept].here) ret[i] = assign(a, &desk, &orders[i]);
        else queue[queued++] = (struct queued){ &orders[i], i };
    }
    queue_sort(queue, queued);
    for (int64_t k = 0; k < queued; k++) {
        const struct assignment_order *o = queue[k].order;
        struct assignment *r = &ret[queue[k].at];
        *r = assign(a, &desk, o);
        if (r->place > 0) wait_in_line(a, r, ++waiting);
        if (r->agent == NOBODY) continue;
        staff[r->agent].load += !(o->talking && r->agent == o->served);
        staff[r->agent].given++;
    }
    return !a->failed;
}
