/* Who reminds: a table of rows, shifts to the minute, and properties over made-up days: nobody who is not here ever gets anything, first
 * due first served, and shares of equals differ by one at most. The checks of the properties are themselves checked: four spoilt ways to
 * give out orders (controls) must each be caught. */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/prng.h"
#include "core/run/assignment.h"
#include "core/run/shift.h"
#include "core_zones.h"

/* ---- the table ----
 * Staff: A, B, C serve, S and T are specialists; a string a case: name, load/limit, '-' for away. */

static struct assignment_desk desk_of(struct assignment_agent *agents, const char *staff, const char *rota)
{
    static const char *const names = "ABCST";
    struct assignment_desk d = { .agents = agents, .now_ms = at("2026-11-11T12:00:00+08:00"), .zone = &zone_shanghai, .load_high_bp = 7500 };
    for (const char *p = staff; *p;) {
        struct assignment_agent *g = &agents[d.agent_count++];
        const char *name = strchr(names, *p++);
        cr_assert(name);
        char *end;
        *g = (struct assignment_agent){ .agent_id = name - names + 1, .name = { name, 1 }, .kind = *name >= 'S' ? AGENT_SPECIALIST : AGENT_SERVICE, .here = *p != '-',
                                        .here_from_ms = d.now_ms + 3 * MS_PER_HOUR };
        if (*p == '-') p++;
        g->load = (int)strtol(p, &end, 10);
        cr_assert(*end == '/');
        g->limit = (int)strtol(end + 1, &end, 10);
        p = *end == ' ' ? end + 1 : end;
    }
    for (int h = 0; h < ROTA_HOURS; h++) d.rota[h] = -1;
    for (const char *p = rota; *p; p++) /* hours from 8 on */
        for (int i = 0; i < d.agent_count; i++)
            if (agents[i].name.ptr[0] == *p) d.rota[8 + (p - rota)] = i;
    return d;
}

static int place(const struct assignment_desk *d, char name)
{
    for (int i = 0; i < d->agent_count; i++)
        if (d->agents[i].name.ptr[0] == name) return i;
    return -1;
}

/* order: '.' nobody served, a name, a name and '*' while the chat is open, "=N" in N's hands; placed at that hour. */
struct row { const char *staff, *rota, *order; int hour; const char *rule; char to; };
static const struct row rows[] = {
    /* who served the buyer, while there is room */
    { "A0/12 B0/12 S0/12", "", "A", 9, "served", 'A' },
    { "A11/12 B0/12 S0/12", "", "A", 9, "served", 'A' },
    { "A3/4 B0/12 S0/12", "", "A", 9, "served", 'A' },
    { "A0/12 B0/12 S0/12", "B", "A", 8, "served", 'A' }, /* the rota is for those whom nobody served */
    { "A0/12 S5/12", "", "S", 9, "served", 'S' },        /* a specialist may have chatted, too */
    /* beyond the load: a specialist */
    { "A12/12 B0/12 S0/12", "", "A", 9, "served-full", 'S' },
    { "A13/12 B0/12 S0/12", "", "A", 9, "served-full", 'S' },
    { "A4/4 B0/12 S0/12 T0/12", "", "A", 9, "served-full", 'S' },
    { "A4/4 B0/12 S1/12 T0/12", "", "A", 9, "served-full", 'T' },
    { "A4/4 B0/12 S-0/12 T0/12", "", "A", 9, "served-full", 'T' },
    { "A4/4 B0/12 S12/12", "", "A", 9, "served-full", 'B' }, /* specialists are full: whoever has room */
    { "A4/4 B0/12", "", "A", 9, "served-full", 'B' },
    /* away */
    { "A-0/12 B0/12 S0/12", "", "A", 9, "served-away", 'S' },
    { "A-0/12 B0/12", "", "A", 9, "served-away", 'B' },
    { "A-0/12 B6/12 C0/12", "", "A", 9, "served-away", 'C' },
    /* chatting right now */
    { "A12/12 B0/12 S0/12", "", "A*", 9, "talking", 'A' },
    { "A0/12 B0/12 S0/12", "", "A*", 9, "talking", 'A' },
    { "A-1/12 B0/12 S0/12", "", "A*", 9, "served-away", 'S' },
    /* in hand already */
    { "A12/12 B0/12 S0/12", "", "=A", 9, "kept", 'A' },
    { "A12/12 B0/12 S3/12", "", "B=S", 9, "kept", 'S' },
    { "A-0/12 B0/12 S0/12", "B", "=A", 8, "rota", 'B' },
    { "A0/12 B-0/12 S0/12", "", "A=B", 8, "served", 'A' },
    /* nobody asked, the load is low: the rota */
    { "A0/12 B0/12 C0/12 S0/12", "ABC", ".", 8, "rota", 'A' },
    { "A0/12 B0/12 C0/12 S0/12", "ABC", ".", 9, "rota", 'B' },
    { "A0/12 B0/12 C0/12 S0/12", "ABC", ".", 10, "rota", 'C' },
    { "A6/12 B0/12 C0/12 S0/12", "ABC", ".", 8, "rota", 'A' },
    { "A0/12 B0/12 C0/12 S0/12", "ABC", ".", 11, "rota-next", 'A' }, /* nobody's hour: the next one on it, past midnight */
    { "A-0/12 B0/12 C0/12 S0/12", "ABC", ".", 8, "rota-next", 'B' },
    { "A0/4 B12/12 C0/12 S0/12", "ABC", ".", 9, "rota-next", 'C' },
    { "A-0/12 B-0/12 C0/12 S0/12", "AAB", ".", 8, "most-room", 'C' }, /* the whole rota is away */
    { "A0/12 B3/12 S0/12", "", ".", 8, "most-room", 'A' },
    { "A3/4 B8/12 C0/1 S0/12", "", ".", 8, "most-room", 'C' },   /* shares: 3/4, 8/12, 0 */
    { "A2/4 B5/12 S0/12", "", ".", 8, "most-room", 'B' },        /* 5/12 < 2/4 */
    /* nobody asked, the load is high: a specialist */
    { "A9/12 B9/12 S0/12", "A", ".", 8, "busy", 'S' },
    { "A12/12 B6/12 S0/12", "A", ".", 8, "busy", 'S' },
    { "A12/12 B5/12 S0/12", "B", ".", 8, "rota", 'B' },          /* 17/24 < 3/4 */
    { "A-0/12 B9/12 S0/12", "A", ".", 8, "busy", 'S' },          /* who is away carries nothing */
    { "A-0/12 B-0/12 S0/12", "A", ".", 8, "busy", 'S' },         /* service is not here at all */
    { "A9/12 B9/12 S12/12", "A", ".", 8, "most-room", 'A' },
    { "A9/12 B9/12", "A", ".", 8, "most-room", 'A' },
    { "A40/12 B0/12 C0/12 S0/12", "B", ".", 8, "rota", 'B' },    /* more than full counts as full */
    /* nobody can */
    { "A12/12 B12/12 S12/12", "A", ".", 8, "all-full", '.' },
    { "A12/12 B-0/12 S-0/12", "A", "A", 8, "all-full", '.' },
    { "A-0/12 B-0/12 S-0/12", "A", "A", 8, "nobody-here", '.' },
    { "A-0/12", "", "=A", 8, "nobody-here", '.' },
    { "", "", ".", 8, "no-staff", '.' },
};

Test(core_assignment, a_table_of_who)
{
    static unsigned char block[1 << 16];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct assignment_agent agents[8];
        const struct assignment_desk d = desk_of(agents, r->staff, r->rota);
        struct assignment_order o = { .order_no = TEXT("1"), .placed_at_ms = at("2026-11-11T00:00:00+08:00") + r->hour * MS_PER_HOUR, .served = -1, .kept = -1 };
        const char *kept = strchr(r->order, '=');
        struct arena a;
        arena_init_fixed(&a, block, sizeof block);
        if (r->order[0] >= 'A') o.served = place(&d, r->order[0]);
        o.served_at_ms = d.now_ms - 2 * MS_PER_HOUR;
        o.talking = strchr(r->order, '*') != NULL;
        if (kept) o.kept = place(&d, kept[1]);
        const struct assignment got = assign(&a, &d, &o);
        cr_expect_str_eq(got.reason.rule, r->rule, "row %zu: %s, not %s: %.*s", i, got.reason.rule, r->rule, (int)got.reason.en.len, got.reason.en.ptr);
        cr_expect_eq(got.agent < 0 ? '.' : d.agents[got.agent].name.ptr[0], r->to, "row %zu", i);
        cr_expect(got.agent >= 0 || text_is((struct text){ got.reason.rule, strlen(got.reason.rule) }, r->rule));
        cr_expect(got.reason.en.len > 10 && got.reason.zh.len > 10 && text_ends_with(got.reason.zh, TEXT("。")) && text_ends_with(got.reason.en, TEXT(".")), "row %zu", i);
        for (size_t k = 0; k + 1 < got.reason.zh.len; k++) /* no half-width punctuation in Chinese */
            cr_expect(!strchr(",;:()?!", got.reason.zh.ptr[k]) || got.reason.zh.ptr[k + 1] == '0' || (got.reason.zh.ptr[k] == ':' && k > 0 && got.reason.zh.ptr[k - 1] <= '9'),
                      "row %zu: %.*s", i, (int)got.reason.zh.len, got.reason.zh.ptr);
        cr_expect_eq(got.until_ms, strcmp(r->rule, "nobody-here") == 0 ? d.now_ms + 3 * MS_PER_HOUR : INSTANT_NONE, "row %zu", i);
        cr_expect_eq(got.place, strcmp(r->rule, "all-full") == 0 ? 1 : 0, "row %zu", i);
    }
}

Test(core_assignment, sentences_name_who_and_how_much)
{
    static unsigned char block[1 << 14];
    struct arena a;
    struct assignment_agent agents[8];
    const struct assignment_desk d = desk_of(agents, "A3/12 B12/12 S0/12", "");
    struct assignment_order o = { .order_no = TEXT("1"), .placed_at_ms = d.now_ms, .served = 0, .served_at_ms = at("2026-11-11T10:42:00+08:00"), .kept = -1 };
    arena_init_fixed(&a, block, sizeof block);
    const struct assignment served = assign(&a, &d, &o);
    cr_expect(text_is(served.reason.en, "A served this buyer at 10:42 and has room (3 of 12 in hand)."), "%.*s", (int)served.reason.en.len, served.reason.en.ptr);
    cr_expect(text_is(served.reason.zh, "A今天 10:42 接待过这位买家，手上还有余量（3／12），谁接待谁催付。"), "%.*s", (int)served.reason.zh.len, served.reason.zh.ptr);
    o.served = 1;
    const struct assignment full = assign(&a, &d, &o);
    cr_expect(text_is(full.reason.en, "B served this buyer but has 12 of 12 in hand; reminder specialist S takes it."), "%.*s", (int)full.reason.en.len, full.reason.en.ptr);
    cr_expect(text_is(full.reason.zh, "B接待过这位买家，但手上已有 12 个（上限 12），由催付专员S跟进。"), "%.*s", (int)full.reason.zh.len, full.reason.zh.ptr);
}

/* ---- properties ---- */

enum { DAY_ORDERS = 400, DAY_AGENTS = 9 };
struct day {
    struct assignment_agent agents[DAY_AGENTS];
    struct assignment_desk desk;
    struct assignment_order orders[DAY_ORDERS];
    char numbers[DAY_ORDERS][12];
    struct assignment got[DAY_ORDERS];
    int64_t n;
};

static void make_day(struct prng *r, struct day *d)
{
    static const char *const names[DAY_AGENTS] = { "A", "B", "C", "D", "E", "F", "G", "S", "T" };
    const int count = (int)prng_below(r, DAY_AGENTS + 1);
    d->desk = (struct assignment_desk){ .agents = d->agents, .agent_count = count, .now_ms = at("2026-11-11T09:00:00+08:00"), .zone = &zone_shanghai,
                                        .load_high_bp = 1000 + (int64_t)prng_below(r, 9001) };
    for (int i = 0; i < count; i++)
        d->agents[i] = (struct assignment_agent){ .agent_id = i + 1, .name = text_from_cstr(names[i]), .kind = prng_below(r, 4) == 0 ? AGENT_SPECIALIST : AGENT_SERVICE,
            .here = prng_below(r, 3) != 0, .here_from_ms = INSTANT_NONE, .load = (int)prng_below(r, 14), .limit = 1 + (int)prng_below(r, 40) };
    for (int h = 0; h < ROTA_HOURS; h++) d->desk.rota[h] = count == 0 || prng_below(r, 3) == 0 ? -1 : (int)prng_below(r, (uint64_t)count);
    d->n = (int64_t)prng_below(r, DAY_ORDERS + 1);
    for (int64_t i = 0; i < d->n; i++) {
        const bool served = count > 0 && prng_below(r, 2) == 0, kept = count > 0 && prng_below(r, 8) == 0;
        snprintf(d->numbers[i], sizeof d->numbers[i], "%07d", (int)prng_below(r, 1000000) * 10 + (int)(i % 10));
        d->orders[i] = (struct assignment_order){ .order_no = text_from_cstr(d->numbers[i]), .placed_at_ms = d->desk.now_ms - (int64_t)prng_below(r, 20 * 60) * MS_PER_MIN,
            .due_at_ms = d->desk.now_ms - (int64_t)prng_below(r, 60) * MS_PER_MIN, .served = served ? (int)prng_below(r, (uint64_t)count) : -1,
            .served_at_ms = d->desk.now_ms - MS_PER_HOUR, .kept = kept ? (int)prng_below(r, (uint64_t)count) : -1 };
        d->orders[i].talking = served && prng_below(r, 5) == 0;
    }
}

static bool earlier(const struct assignment_order *x, const struct assignment_order *y)
{
    return x->due_at_ms != y->due_at_ms ? x->due_at_ms < y->due_at_ms : text_compare(x->order_no, y->order_no) < 0;
}

/* What must hold of any list that was given out; the first that does not, in a word. Looks at facts and results only. */
static const char *broken(const struct day *d)
{
    int load[DAY_AGENTS] = { 0 }, room = 0;
    for (int i = 0; i < d->desk.agent_count; i++) load[i] = d->agents[i].load;
    for (int64_t i = 0; i < d->n; i++) {
        const int to = d->got[i].agent;
        if (to < 0) continue;
        if (!d->agents[to].here) return "given to somebody who is not here";
        const bool free = (d->orders[i].kept == to) || (d->orders[i].talking && d->orders[i].served == to);
        if (!free && ++load[to] > d->agents[to].limit) return "more than the limit";
    }
    for (int i = 0; i < d->desk.agent_count; i++) room += d->agents[i].here && load[i] < d->agents[i].limit;
    for (int64_t i = 0; i < d->n; i++) {
        if (d->got[i].agent >= 0) continue;
        if (room > 0) return "waits though somebody has room";
        for (int64_t k = 0; k < d->n; k++) { /* who came later and was taken took room that this one could have had */
            const int to = d->got[k].agent;
            const bool free = to >= 0 && (d->orders[k].kept == to || (d->orders[k].talking && d->orders[k].served == to));
            if (to >= 0 && !free && earlier(&d->orders[i], &d->orders[k])) return "a later one was taken first";
            if (to < 0 && d->got[i].place > 0 && earlier(&d->orders[i], &d->orders[k]) && d->got[k].place <= d->got[i].place) return "the line is out of order";
        }
    }
    for (int64_t i = 0; i < d->n; i++) {
        const int kept = d->orders[i].kept;
        if (kept >= 0 && d->agents[kept].here && d->got[i].agent != kept) return "taken out of somebody's hands";
    }
    return NULL;
}

/* Orders that nobody served, no rota, equals with nothing in hand: shares differ by one at most. */
static const char *unfair(const struct day *d)
{
    int least = INT_MAX, most = 0, share[DAY_AGENTS] = { 0 };
    for (int64_t i = 0; i < d->n; i++)
        if (d->got[i].agent >= 0) share[d->got[i].agent]++;
    for (int i = 0; i < d->desk.agent_count; i++) {
        if (!d->agents[i].here) continue;
        if (share[i] < least) least = share[i];
        if (share[i] > most) most = share[i];
    }
    return most > 0 && most - least > 1 ? "shares of equals differ" : NULL;
}

enum spoilt { NOT_SPOILT, ABSENT_TOO, LAST_FIRST, NO_LOAD, FIRST_NAME_ONLY };
static void give_out(struct arena *a, struct day *d, enum spoilt how)
{
    struct day *x = d;
    static struct day doctored;
    if (how == NOT_SPOILT) {
        cr_assert(assign_all(a, &d->desk, d->orders, d->n, d->got));
        return;
    }
    doctored = *d;
    x = &doctored;
    x->desk.agents = x->agents;
    for (int i = 0; i < x->desk.agent_count && how == ABSENT_TOO; i++) x->agents[i].here = true;
    for (int64_t i = 0; i < x->n && how == LAST_FIRST; i++) x->orders[i].due_at_ms = -x->orders[i].due_at_ms;
    if (how == NO_LOAD || how == FIRST_NAME_ONLY) {
        for (int64_t i = 0; i < x->n; i++) x->got[i] = assign(a, &x->desk, &x->orders[i]); /* each as if it were the only one */
    } else {
        cr_assert(assign_all(a, &x->desk, x->orders, x->n, x->got));
    }
    memcpy(d->got, x->got, sizeof d->got);
}

Test(core_assignment, nobody_absent_no_limit_passed_first_due_first)
{
    static unsigned char block[1 << 20];
    static struct day d;
    int64_t waited = 0, given = 0, nobody_here = 0;
    int caught[5] = { 0 };
    struct prng r;
    prng_seed(&r, 4);
    for (int round = 0; round < 3000; round++) {
        struct arena a;
        make_day(&r, &d);
        for (int how = NOT_SPOILT; how <= NO_LOAD; how++) {
            if (how != NOT_SPOILT && round >= 300) break;
            arena_init_fixed(&a, block, sizeof block);
            give_out(&a, &d, (enum spoilt)how);
            const char *what = broken(&d);
            if (how == NOT_SPOILT) cr_assert_null(what, "round %d: %s", round, what);
            caught[how] += what != NULL;
            for (int64_t i = 0; i < d.n && how == NOT_SPOILT; i++) {
                waited += d.got[i].place > 0;
                given += d.got[i].agent >= 0;
                nobody_here += strcmp(d.got[i].reason.rule, "nobody-here") == 0;
                cr_assert(d.got[i].reason.en.len > 0 && d.got[i].reason.zh.len > 0);
            }
        }
    }
    cr_expect(waited > 10000 && given > 10000 && nobody_here > 1000, "%lld waited, %lld given, %lld nobody here", (long long)waited, (long long)given, (long long)nobody_here);
    cr_expect(caught[ABSENT_TOO] > 100, "control: giving to the absent was caught %d times", caught[ABSENT_TOO]);
    cr_expect(caught[LAST_FIRST] > 100, "control: last due first was caught %d times", caught[LAST_FIRST]);
    cr_expect(caught[NO_LOAD] > 100, "control: giving without counting was caught %d times", caught[NO_LOAD]);
}

Test(core_assignment, shares_of_equals_differ_by_one_at_most)
{
    static unsigned char block[1 << 20];
    static struct day d;
    int unequal = 0, fair_rounds = 0;
    struct prng r;
    prng_seed(&r, 5);
    for (int round = 0; round < 500; round++) {
        struct arena a;
        make_day(&r, &d);
        const int limit = 5 + (int)prng_below(&r, 60);
        for (int i = 0; i < d.desk.agent_count; i++) {
            d.agents[i].kind = AGENT_SERVICE;
            d.agents[i].load = 0;
            d.agents[i].limit = limit;
        }
        for (int h = 0; h < ROTA_HOURS; h++) d.desk.rota[h] = -1;
        for (int64_t i = 0; i < d.n; i++) d.orders[i].served = d.orders[i].kept = -1, d.orders[i].talking = false;
        arena_init_fixed(&a, block, sizeof block);
        give_out(&a, &d, NOT_SPOILT);
        cr_assert_null(unfair(&d), "round %d", round);
        fair_rounds += d.n > 0;
        give_out(&a, &d, FIRST_NAME_ONLY);
        unequal += unfair(&d) != NULL;
    }
    cr_expect(fair_rounds > 400);
    cr_expect(unequal > 200, "control: always the first of equals was caught %d times", unequal);
}

Test(core_assignment, the_order_of_the_list_means_nothing)
{
    static unsigned char block[1 << 20];
    static struct day d, turned;
    struct prng r;
    prng_seed(&r, 6);
    for (int round = 0; round < 200; round++) {
        struct arena a;
        arena_init_fixed(&a, block, sizeof block);
        make_day(&r, &d);
        turned = d;
        turned.desk.agents = turned.agents;
        for (int64_t i = 0; i < d.n; i++) turned.orders[i] = d.orders[d.n - 1 - i];
        cr_assert(assign_all(&a, &d.desk, d.orders, d.n, d.got) && assign_all(&a, &turned.desk, turned.orders, turned.n, turned.got));
        for (int64_t i = 0; i < d.n; i++) {
            const struct assignment *x = &d.got[i], *y = &turned.got[d.n - 1 - i];
            cr_assert(x->agent == y->agent && x->place == y->place && strcmp(x->reason.rule, y->reason.rule) == 0, "round %d", round);
        }
    }
}

Test(core_assignment, a_refused_allocation_is_seen_not_crashed_on)
{
    static unsigned char block[64];
    struct arena a;
    struct assignment_agent agents[8];
    const struct assignment_desk d = desk_of(agents, "A0/12 B0/12", "");
    const struct assignment_order o = { .order_no = TEXT("1"), .placed_at_ms = d.now_ms, .served = 0, .served_at_ms = d.now_ms, .kept = -1 };
    struct assignment got;
    arena_init_fixed(&a, block, sizeof block);
    cr_expect_not(assign_all(&a, &d, &o, 1, &got));
}

/* ---- shifts ---- */

Test(core_assignment, shifts_by_the_hour_the_day_the_file_and_absences)
{
    const int64_t day = days_from_civil(2026, 11, 11); /* a Wednesday */
    const struct shift_day days[] = { { day + 1, 1u << 20 }, { day + 2, 0 } };
    const struct shift_span spans[] = { shift_span_of(&zone_shanghai, day + 3, 9 * 60 + 30, 18 * 60), shift_span_of(&zone_shanghai, day + 4, 20 * 60, 2 * 60) };
    const struct shift_off off[] = { { at("2026-11-11T10:15:00+08:00"), at("2026-11-11T11:00:00+08:00") } };
    const struct shift_plan p = { .week = { 0, 0, 0x3F00 /* Wednesday 8-14 */, 0x3F00, 0x3F00, 0x3F00, 0x3F00 }, .days = days, .day_count = 2, .spans = spans,
                                  .span_count = 2, .off = off, .off_count = 1 };
    static const struct { const char *at; enum shift_why why; const char *next; } cases[] = {
        { "2026-11-11T07:59:59+08:00", SHIFT_OFF, "2026-11-11T08:00:00+08:00" }, { "2026-11-11T08:00:00+08:00", SHIFT_ON, NULL },
        { "2026-11-11T10:14:59+08:00", SHIFT_ON, NULL }, { "2026-11-11T10:15:00+08:00", SHIFT_AWAY, "2026-11-11T11:00:00+08:00" },
        { "2026-11-11T11:00:00+08:00", SHIFT_ON, NULL }, { "2026-11-11T14:00:00+08:00", SHIFT_OFF, "2026-11-12T20:00:00+08:00" },
        { "2026-11-12T09:00:00+08:00", SHIFT_OFF, "2026-11-12T20:00:00+08:00" }, /* painted: not the week's hours */
        { "2026-11-12T20:30:00+08:00", SHIFT_ON, NULL },
        { "2026-11-13T09:00:00+08:00", SHIFT_OFF, "2026-11-14T09:30:00+08:00" }, /* painted empty */
        { "2026-11-14T09:29:59+08:00", SHIFT_OFF, "2026-11-14T09:30:00+08:00" }, { "2026-11-14T09:30:00+08:00", SHIFT_ON, NULL },
        { "2026-11-14T08:30:00+08:00", SHIFT_OFF, "2026-11-14T09:30:00+08:00" }, /* listed: not the week's hours */
        { "2026-11-15T21:00:00+08:00", SHIFT_ON, NULL }, { "2026-11-16T01:59:00+08:00", SHIFT_ON, NULL }, /* past midnight */
        { "2026-11-16T02:00:00+08:00", SHIFT_OFF, "2026-11-18T08:00:00+08:00" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int64_t t = at(cases[i].at);
        cr_expect_eq(shift_at(&p, &zone_shanghai, t), cases[i].why, "%s", cases[i].at);
        cr_expect_eq(shift_next_ms(&p, &zone_shanghai, t), cases[i].next ? at(cases[i].next) : t, "%s: %lld", cases[i].at, (long long)shift_next_ms(&p, &zone_shanghai, t));
    }
    const struct shift_plan never = { .week = { 0 } };
    cr_expect_eq(shift_next_ms(&never, &zone_shanghai, at(cases[0].at)), INSTANT_NONE);
    cr_expect_eq(shift_weekday(day), 2);
    cr_expect_eq(shift_weekday(0), 3);
    cr_expect_eq(shift_weekday(-4), 6);
}
