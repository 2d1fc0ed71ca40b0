/* The demo year before it goes into a store: the same from the same seed, and believable in its shares. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "desk/demo_world.h"
#include "os/os.h"

static struct env env;
static struct arena arena, batch;
static const struct zone *shanghai;
static void start(void)
{
    cr_assert(os_env_init(&env));
    arena_init(&arena, &env.memory, 0);
    arena_init(&batch, &env.memory, 0);
    shanghai = env.zone(env.ctx, "Asia/Shanghai");
}
static void stop(void)
{
    arena_release(&arena);
    arena_release(&batch);
    os_env_release(&env);
}
TestSuite(demo_world, .init = start, .fini = stop);

static struct demo_world make(uint64_t seed, const char *now)
{
    struct demo_world w;
    int64_t now_ms = 0;
    cr_assert(instant_parse(text_from_cstr(now), &now_ms));
    cr_assert(demo_world_make(&arena, shanghai, seed, now_ms, 25000, &w));
    return w;
}

/* FNV-1a over everything that a claim says. */
static uint64_t mix(uint64_t h, const void *p, size_t n)
{
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++) h = (h ^ b[i]) * UINT64_C(0x100000001B3);
    return h;
}
static uint64_t mix_text(uint64_t h, struct text s) { return mix(mix(h, s.ptr, s.len), &s.len, sizeof s.len); }
static uint64_t mix_claim(uint64_t h, const struct order_claim *c)
{
    const int64_t numbers[] = { c->as_of_ms, c->placed_at_ms, c->paid_at_ms, c->cancelled_at_ms, c->shipped_at_ms, c->delivered_at_ms,
        c->refunded_at_ms, c->ship_by_ms, c->total_minor, c->paid_minor, c->refund_minor, c->pieces, c->status, c->pay_kind, c->has_line,
        c->line.pieces, c->line.unit_minor, c->line.line_minor, c->line.refund_minor };
    h = mix(mix(h, c->key.bytes, sizeof c->key.bytes), numbers, sizeof numbers);
    h = mix_text(mix_text(mix_text(h, c->order_no), c->region), c->tracking);
    h = mix_text(mix_text(mix_text(mix_text(h, c->person.buyer), c->person.name), c->person.phone), c->person.address);
    h = mix_text(mix_text(h, c->person.buyer_note), c->person.seller_note);
    return mix_text(mix_text(mix_text(h, c->line.sku_code), c->line.title), c->line.sub_no);
}
static uint64_t digest(const struct demo_world *w)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    struct order_claim c;
    for (int64_t i = 0; i < w->order_count; i++) {
        demo_order_claim(&batch, w, i, &c);
        h = mix_claim(h, &c);
        for (int32_t k = 0; k < w->orders[i].line_count; k++) {
            demo_line_claim(&batch, w, i, k, &c);
            h = mix_claim(h, &c);
        }
        arena_clear(&batch);
    }
    return h;
}

Test(demo_world, same_seed_same_shop)
{
    struct demo_world a = make(7, "2026-11-21T15:00:00+08:00"), b = make(7, "2026-11-21T15:00:00+08:00"), c = make(8, "2026-11-21T15:00:00+08:00");
    cr_expect(a.order_count == b.order_count && digest(&a) == digest(&b));
    cr_expect(digest(&a) != digest(&c));
}

struct shares { int64_t orders, unpaid, paid, refunded, due, to_pick, late, shipped, delivered, in_event; int64_t by_hour[24]; };

/* Also what must hold for each order whatever the dice say. */
static struct shares count(const struct demo_world *w)
{
    struct shares s = { 0 };
    struct order_claim c;
    char last_no[32] = "";
    for (int64_t i = 0; i < w->order_count; i++, arena_clear(&batch)) {
        demo_order_claim(&batch, w, i, &c);
        cr_assert(c.order_no.len == 19 && strncmp(c.order_no.ptr, last_no, 19) > 0, "numbers grow");
        memcpy(last_no, c.order_no.ptr, 19);
        cr_assert(c.placed_at_ms >= w->from_ms && c.placed_at_ms < w->now_ms);
        int64_t times[] = { c.placed_at_ms, c.paid_at_ms, c.shipped_at_ms, c.delivered_at_ms }, before = 0;
        for (int k = 0; k < 4; k++) {
            if (times[k] == CLAIM_NONE) continue;
            cr_assert(times[k] >= before && times[k] <= w->now_ms && times[k] % 1000 == 0, "a life runs forward, by seconds, and no further than now");
            before = times[k];
        }
        cr_assert(c.refunded_at_ms == CLAIM_NONE || (c.paid_at_ms != CLAIM_NONE && c.refunded_at_ms > c.paid_at_ms && c.refunded_at_ms <= w->now_ms));
        cr_assert(c.paid_at_ms == CLAIM_NONE || c.cancelled_at_ms == CLAIM_NONE);
        int64_t lines_minor = 0, refund_minor = 0, pieces = 0;
        for (int32_t k = 0; k < w->orders[i].line_count; k++) {
            struct order_claim l;
            demo_line_claim(&batch, w, i, k, &l);
            cr_assert(l.has_line && text_eq(l.order_no, c.order_no) && l.line.pieces > 0 && l.line.line_minor > 0);
            lines_minor += l.line.line_minor;
            refund_minor += l.line.refund_minor;
            pieces += l.line.pieces;
        }
        cr_assert(pieces == c.pieces && (c.total_minor == lines_minor || c.total_minor == lines_minor + 600));
        if (c.refund_minor > 0) cr_assert(c.refund_minor <= c.total_minor && c.refund_minor - refund_minor <= 600);
        bool whole = c.refund_minor > 0 && c.refund_minor == c.paid_minor;
        int64_t age_min = (w->now_ms - c.placed_at_ms) / MS_PER_MIN;
        s.orders++;
        s.unpaid += c.paid_at_ms == CLAIM_NONE;
        s.paid += c.paid_at_ms != CLAIM_NONE;
        s.refunded += c.refund_minor > 0;
        s.due += c.paid_at_ms == CLAIM_NONE && c.cancelled_at_ms == CLAIM_NONE && age_min >= 30 && age_min < 1440;
        s.delivered += c.delivered_at_ms != CLAIM_NONE;
        s.shipped += c.shipped_at_ms != CLAIM_NONE && c.delivered_at_ms == CLAIM_NONE;
        bool pick = c.paid_at_ms != CLAIM_NONE && c.shipped_at_ms == CLAIM_NONE && !whole;
        s.to_pick += pick;
        s.late += pick && c.ship_by_ms < w->now_ms;
        s.in_event += demo_in_event(w, c.placed_at_ms);
        s.by_hour[zone_civil(w->zone, c.placed_at_ms).hour]++;
    }
    return s;
}

static void is_between(const char *what, double v, double low, double high) { cr_expect(v >= low && v <= high, "%s: %g is not in %g..%g", what, v, low, high); }

Test(demo_world, shares_are_those_of_a_shop, .timeout = 60)
{
    static const char *nows[] = { "2026-11-21T15:00:00+08:00", "2026-06-18T21:30:00+08:00", "2027-02-08T09:05:00+08:00", "2028-02-29T03:00:00+08:00",
                                  "2026-01-01T00:10:00+08:00" };
    for (size_t i = 0; i < sizeof nows / sizeof nows[0]; i++) {
        struct demo_world w = make(i + 1, nows[i]);
        struct shares s = count(&w);
        double orders = (double)s.orders, paid = (double)s.paid;
        is_between("orders", orders, 25500, 30500);
        is_between("unpaid share", (double)s.unpaid / orders, .12, .16);
        is_between("refunded of paid", (double)s.refunded / paid, .045, .10);
        is_between("delivered of paid", (double)s.delivered / paid, .93, .99);
        is_between("waiting for payment", (double)s.due, 6, 120);
        is_between("to pick", (double)s.to_pick, 5, 700);
        is_between("late", (double)s.late, 3, 40);
        is_between("on the way", (double)s.shipped, 20, 900);
        is_between("in the two events", (double)s.in_event / orders, .025, .08);
        is_between("evening share", (double)(s.by_hour[20] + s.by_hour[21] + s.by_hour[22] + s.by_hour[23]) / orders, .27, .36);
        is_between("night share", (double)(s.by_hour[2] + s.by_hour[3] + s.by_hour[4] + s.by_hour[5] + s.by_hour[6]) / orders, .01, .045);
        is_between("orders of a buyer", orders / w.buyer_count, 1.3, 1.7);
        arena_clear(&arena);
    }
}

Test(demo_world, the_event_is_under_way_and_had_one_a_year_before)
{
    static const char *const nows[] = { "2026-11-21T15:00:00+08:00", "2026-11-21T19:59:00+08:00", "2026-11-21T20:01:00+08:00", "2028-02-29T12:00:00+08:00" };
    for (size_t i = 0; i < 4; i++) {
        struct demo_world w = make(1, nows[i]);
        struct moment m = moment_at(&arena, w.campaigns, DEMO_CAMPAIGNS, w.now_ms, shanghai);
        cr_expect(m.phase == PHASE_EVENT && m.campaign == 1, "%s", nows[i]);
        struct civil last = zone_civil(shanghai, w.campaigns[0].event_from_ms), now = zone_civil(shanghai, w.campaigns[1].event_from_ms);
        cr_expect(last.hour == 20 && now.hour == 20 && last.year == now.year - 1 && last.month == now.month && last.day == now.day);
        cr_expect(w.campaigns[0].event_from_ms - w.from_ms > 35 * MS_PER_DAY, "the year before is whole");
    }
    struct demo_world w = make(1, "2026-11-05T10:00:00+08:00");
    cr_expect(text_is(w.campaigns[1].name_en, "Double 11") && text_is(w.campaigns[0].name_zh, "双11"));
}

Test(demo_world, payment_takes_as_long_as_it_really_does)
{
    struct demo_world w = make(3, "2026-11-21T15:00:00+08:00");
    int64_t paid = 0, in8 = 0, in51 = 0, in191 = 0;
    for (int64_t i = 0; i < w.order_count; i++) {
        if (w.orders[i].paid_at_ms == CLAIM_NONE) continue;
        int64_t delay_ms = w.orders[i].paid_at_ms - w.orders[i].placed_at_ms;
        paid++;
        in8 += delay_ms <= 8000;
        in51 += delay_ms <= 51000;
        in191 += delay_ms <= 191000;
    }
    is_between("paid within 8 s", (double)in8 / (double)paid, .47, .53);
    is_between("paid within 51 s", (double)in51 / (double)paid, .88, .92);
    is_between("paid within 191 s", (double)in191 / (double)paid, .935, .965);
}

Test(demo_world, runs_out_of_memory_politely)
{
    int64_t now_ms = 0;
    cr_assert(instant_parse(TEXT("2026-11-21T15:00:00+08:00"), &now_ms));
    for (size_t limit = 20000; limit < 12000000; limit *= 2) {
        struct arena small;
        struct demo_world w;
        arena_init(&small, &env.memory, limit);
        bool made = demo_world_make(&small, shanghai, 1, now_ms, 25000, &w);
        cr_expect(!made || small.taken > 5000000);
        arena_release(&small);
    }
}
