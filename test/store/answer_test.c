/* Answers over random small worlds, made through the reducer, beside a plain reading of the same rule over folded claims:
 * every order is looked at, no index and no counter is used.  And: what a mask hides is nowhere in the answer. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/prng.h"
#include "core/fulfil/pick.h"
#include "core/review/drivers.h"
#include "desk/answer.h"
#include "os/os.h"
#include "store/mark_store.h"
#include "store/query_store.h"
#include "take_in.h"

enum { ORDERS = 260, CLAIMS_MAX = 3, BUYERS = 40, MARKS = 60, INSTANTS = 40 };
#define WORLD_FROM INT64_C(1582300800000) /* 2020-02-22 00:00 in China */
#define WORLD_DAYS 6

struct made_order { struct order_claim claims[CLAIMS_MAX]; int n; char number[16]; struct order order; };
struct made_mark { int order; struct reminder_mark mark; };
struct world {
    struct env env;
    struct store s;
    struct shop shop;
    struct arena texts;
    struct made_order orders[ORDERS];
    struct made_mark marks[MARKS];
    int mark_count;
    int64_t mark_now_ms;
    int64_t (*real_now)(void *ctx);
};

static struct world w; /* each test is a process of its own */

static int64_t mark_clock(void *ctx)
{
    (void)ctx;
    return w.mark_now_ms;
}

/* ---- making a world ---- */

static int64_t some_time(struct prng *p, int64_t after_ms, int64_t within_ms, uint64_t none_of_ten)
{
    if (prng_below(p, 10) < none_of_ten) return CLAIM_NONE;
    return after_ms + (int64_t)prng_below(p, (uint64_t)within_ms / 1000) * 1000;
}

static struct order_claim made_claim(struct prng *p, int i, int64_t placed_ms)
{
    static const struct text regions[] = { { "上海", 6 }, { "浙江省", 9 }, { "广东省", 9 } };
    static const struct text countries[] = { { NULL, 0 }, { NULL, 0 }, { "CN", 2 }, { "US", 2 }, { "BR", 2 }, { "GB", 2 } };
    static const enum order_status statuses[] = { STATUS_NONE, STATUS_NONE, STATUS_NONE, STATUS_NONE, STATUS_UNPAID, STATUS_PAID,
                                                  STATUS_SHIPPED, STATUS_DELIVERED, STATUS_CLOSED };
    struct order_claim c = {
        .order_no = text_from_cstr(w.orders[i].number), .as_of_ms = WORLD_FROM + WORLD_DAYS * MS_PER_DAY + (int64_t)prng_below(p, 4) * MS_PER_HOUR,
        .rank = SOURCE_FILE, .placed_at_ms = placed_ms, .customer_id = CLAIM_NONE,
        .paid_at_ms = some_time(p, placed_ms, prng_below(p, 3) ? MS_PER_HOUR : 3 * MS_PER_DAY, 5),
        .cancelled_at_ms = some_time(p, placed_ms, 3 * MS_PER_DAY, 9), .shipped_at_ms = some_time(p, placed_ms + MS_PER_HOUR, 3 * MS_PER_DAY, 7),
        .delivered_at_ms = some_time(p, placed_ms + MS_PER_DAY, 3 * MS_PER_DAY, 9), .refunded_at_ms = some_time(p, placed_ms, 4 * MS_PER_DAY, 9),
        .ship_by_ms = some_time(p, placed_ms + MS_PER_HOUR, 5 * MS_PER_DAY, 8),
        .total_minor = (int64_t)prng_below(p, 20) * 500, .paid_minor = prng_below(p, 3) ? (int64_t)prng_below(p, 20) * 500 : CLAIM_NONE,
        .refund_minor = prng_below(p, 4) ? CLAIM_NONE : (int64_t)prng_below(p, 20) * 500, .pieces = 1 + (int64_t)prng_below(p, 3),
        .status = statuses[prng_below(p, 9)], .pay_kind = prng_below(p, 8) ? PAY_NONE : PAY_ON_DELIVERY, .region = regions[prng_below(p, 3)],
        .country = countries[prng_below(p, 6)],
    };
    c.first_as_of_ms = c.as_of_ms; /* for the fold by hand; the reducer fills its own in */
    uint64_t key = prng_next(p);
    memcpy(c.key.bytes, &key, sizeof key);
    if (prng_below(p, 5)) {
        c.customer_id = (int64_t)prng_below(p, BUYERS);
        c.person.buyer = arena_printf(&w.texts, "Secretbuyer%lld", (long long)c.customer_id);
    }
    c.person.name = TEXT("Secretname");
    c.person.phone = TEXT("Secretphone");
    c.person.address = TEXT("Secretaddress");
    c.person.buyer_note = TEXT("Secretnote");
    c.person.seller_note = TEXT("Secretremark");
    c.has_line = true;
    c.line = (struct line_claim){ .product_no = TEXT("77"), .title = arena_printf(&w.texts, "Cup %d", i % 7), .occurrence = 1, .pieces = 1,
                                  .unit_minor = 900, .line_minor = 900, .refund_minor = CLAIM_NONE };
    return c;
}

static void world_apply(struct order_claim *claims, size_t n) { take_in(&w.s, &w.shop, claims, n); }

static void world_marks(struct prng *p)
{
    for (int k = 0; k < MARKS; k++) {
        int i = (int)prng_below(p, ORDERS), wave = 1 + (int)prng_below(p, 2);
        bool taken = false;
        for (int m = 0; m < w.mark_count; m++) taken = taken || (w.marks[m].order == i && w.marks[m].mark.wave == wave);
        if (taken) continue;
        w.mark_now_ms = w.orders[i].order.placed_at_ms + (int64_t)prng_below(p, 5 * 3600) * 1000;
        struct mark_new n = { text_from_cstr(w.orders[i].number), wave, prng_below(p, 3) ? MARK_DONE : MARK_SKIPPED, TEXT("why"), 0 };
        cr_assert(db_begin(w.s.db));
        cr_assert_eq(mark_set(&w.s, &w.shop, &n), MARK_OK, "%s", db_error_message(w.s.db));
        cr_assert(db_commit(w.s.db));
        w.marks[w.mark_count++] = (struct made_mark){ i, { wave, n.outcome, w.mark_now_ms } };
    }
}

static void world_make(uint64_t seed)
{
    char message[256];
    struct prng p;
    prng_seed(&p, seed);
    cr_assert(os_env_init(&w.env));
    w.env.now_ms = mark_clock;
    w.mark_now_ms = WORLD_FROM;
    arena_init(&w.texts, &w.env.memory, 0);
    cr_assert(store_open(&w.s, &w.env, ":memory:", DB_WRITE, NULL, message, sizeof message), "%s", message);
    const struct shop_new n = { .key = TEXT("t"), .name = TEXT("t"), .platform = TEXT("tmall"), .currency = TEXT("CNY"),
                                .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    cr_assert(db_begin(w.s.db) && shop_create(&w.s, &n, &w.shop) == SHOP_OK && db_commit(w.s.db));
    for (int i = 0; i < ORDERS; i++) {
        struct made_order *o = &w.orders[i];
        int64_t placed_ms = WORLD_FROM + (int64_t)prng_below(&p, WORLD_DAYS * 86400) * 1000;
        if (prng_below(&p, 4) == 0) placed_ms = WORLD_FROM + 2 * MS_PER_DAY + (int64_t)prng_below(&p, 3600) * 1000; /* a rush */
        (void)snprintf(o->number, sizeof o->number, "%d", 5000 + i * 3);
        o->n = 1 + (int)prng_below(&p, CLAIMS_MAX);
        for (int k = 0; k < o->n; k++) o->claims[k] = made_claim(&p, i, placed_ms);
        order_fold(o->claims, (size_t)o->n, NULL, &o->order);
    }
    for (int k = 0; k < CLAIMS_MAX; k++) { /* in rounds, so that orders come again */
        static struct order_claim batch[ORDERS];
        size_t count = 0;
        for (int i = 0; i < ORDERS; i++)
            if (k < w.orders[i].n) {
                batch[count] = w.orders[i].claims[k];
                batch[count++].customer_id = CLAIM_NONE; /* the store finds it by the name */
            }
        world_apply(batch, count);
    }
    world_marks(&p);
}

static void world_free(void)
{
    store_close(&w.s);
    arena_release(&w.texts);
    os_env_release(&w.env);
}

/* ---- the plain reading ---- */

static int64_t plain_latest(int64_t at_ms)
{
    int64_t latest = INSTANT_NONE;
    for (int i = 0; i < ORDERS; i++) {
        const struct order *o = &w.orders[i].order;
        const int64_t facts[] = { o->placed_at_ms, o->paid_at_ms, o->cancelled_at_ms, o->shipped_at_ms, o->delivered_at_ms, o->refunded_at_ms };
        for (int k = 0; k < 6; k++)
            if (facts[k] != CLAIM_NONE && facts[k] <= at_ms && facts[k] > latest) latest = facts[k];
    }
    return latest;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x > y ? -1 : x < y;
}

static struct reminder_decision plain_reminder(struct arena *a, const struct policy *p, int i, int64_t at_ms, int64_t latest_ms)
{
    const struct order *o = &w.orders[i].order;
    struct reminder_facts f = { .order = o, .contact = { .now_ms = at_ms, .feed_age_s = (at_ms - latest_ms) / 1000 } };
    int64_t contacts[MARKS];
    int n = 0;
    if (text_is(o->country, "CN") || o->country.len == 0) {
        f.contact.zones[0] = w.env.zone(w.env.ctx, "Asia/Shanghai");
        f.contact.zone_count = 1;
    } else {
        char country[3] = { o->country.ptr[0], o->country.ptr[1], 0 };
        f.contact.zone_count = w.env.country_zones(w.env.ctx, country, f.contact.zones, 16);
    }
    for (int m = 0; m < w.mark_count; m++) {
        const struct made_mark *mark = &w.marks[m];
        const struct order *other = &w.orders[mark->order].order;
        bool same_buyer = mark->order == i || (o->customer_id != CLAIM_NONE && other->customer_id == o->customer_id);
        if (mark->order == i) f.marks[f.mark_count++] = mark->mark;
        if (same_buyer && mark->mark.outcome == MARK_DONE && mark->mark.at_ms <= at_ms) contacts[n++] = mark->mark.at_ms;
    }
    qsort(contacts, (size_t)n, sizeof *contacts, newest_first);
    for (int k = 0; k < n && k < 16; k++) f.contact.contacts[f.contact.contact_count++] = contacts[k];
    return reminder_decide(a, p, &f);
}

/* ---- comparing ---- */

static const json_t *find_order(const json_t *list, const char *number)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *row = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(row, "order")), number) == 0) return row;
    }
    return NULL;
}

static int64_t number_of(const json_t *o, const char *key)
{
    cr_assert(json_is_integer(json_object_get(o, key)), "%s is not a number", key);
    return json_integer_value(json_object_get(o, key));
}

static struct answer_ask ask_at(const struct policy *p, int64_t at_ms)
{
    return (struct answer_ask){ &w.s, &w.shop, p, at_ms, ANSWER_ALL };
}

struct seen { int due, held, never, unknown, pick, late, done; };

static void compare_reminders(struct arena *a, const struct policy *p, const json_t *cli, int64_t at_ms, struct seen *seen)
{
    const json_t *due = json_object_get(cli, "reminders"), *held = json_object_get(cli, "held");
    int64_t latest = plain_latest(at_ms);
    size_t due_n = 0, held_n = 0;
    if (latest == INSTANT_NONE) return;
    for (int i = 0; i < ORDERS; i++) {
        struct reminder_decision d = plain_reminder(a, p, i, at_ms, latest);
        const json_t *in_due = find_order(due, w.orders[i].number), *in_held = find_order(held, w.orders[i].number);
        seen->done += strcmp(d.reason.rule, "done") == 0 || strcmp(d.reason.rule, "skipped") == 0;
        due_n += d.verdict == REMINDER_DUE;
        held_n += d.verdict == REMINDER_HELD || d.verdict == REMINDER_NEVER;
        cr_assert_eq(d.verdict == REMINDER_DUE, in_due != NULL, "order %s", w.orders[i].number);
        cr_assert_eq(d.verdict == REMINDER_HELD || d.verdict == REMINDER_NEVER, in_held != NULL, "order %s", w.orders[i].number);
        if (in_due) {
            cr_assert_eq(number_of(in_due, "wave"), d.wave);
            cr_assert(text_is(d.reason.en, json_string_value(json_object_get(in_due, "reason"))));
        }
        if (!in_held) continue;
        const json_t *until = json_object_get(in_held, "until");
        cr_assert_eq(json_is_true(json_object_get(in_held, "never")), d.verdict == REMINDER_NEVER);
        if (d.verdict == REMINDER_NEVER) seen->never++;
        else if (d.until_ms == INSTANT_NONE) {
            cr_assert(json_is_null(until));
            seen->unknown++;
        } else cr_assert(text_is(instant_print(a, d.until_ms, w.shop.zone), json_string_value(until)), "order %s", w.orders[i].number);
    }
    cr_assert_eq(json_array_size(due), due_n);
    cr_assert_eq(json_array_size(held), held_n);
    seen->due += (int)due_n;
    seen->held += (int)held_n;
}

static void compare_pick(struct arena *a, const struct policy *p, const json_t *cli, const json_t *page, int64_t at_ms, struct seen *seen)
{
    const json_t *pick = json_object_get(cli, "pick");
    int64_t late = 0;
    size_t n = 0;
    for (int i = 0; i < ORDERS; i++) {
        struct pick_decision d = pick_decide(a, p, &w.orders[i].order, at_ms);
        const json_t *row = find_order(pick, w.orders[i].number);
        cr_assert_eq(d.pick, row != NULL, "order %s at %lld", w.orders[i].number, (long long)at_ms);
        n += d.pick;
        late += d.late;
        if (row) cr_assert(text_is(instant_print(a, d.ship_by_ms, w.shop.zone), json_string_value(json_object_get(row, "ship_by"))));
    }
    cr_assert_eq(json_array_size(pick), n);
    const json_t *totals = json_object_get(page, "totals");
    cr_assert_eq(number_of(totals, "pick"), (int64_t)n);
    cr_assert_eq(number_of(totals, "late"), late);
    cr_assert_eq(json_array_size(json_object_get(page, "pick")), n < ANSWER_TODAY_ROWS ? n : ANSWER_TODAY_ROWS);
    for (size_t i = 1; i < n; i++) { /* the order of payment; on delivery and unpaid: of placing */
        int64_t at[2];
        struct text no[2];
        for (int k = 0; k < 2; k++) {
            no[k] = text_from_cstr(json_string_value(json_object_get(json_array_get(pick, i - 1 + (size_t)k), "order")));
            for (int o = 0; o < ORDERS; o++)
                if (text_is(no[k], w.orders[o].number)) {
                    const struct order *r = &w.orders[o].order;
                    at[k] = r->paid_at_ms != CLAIM_NONE && r->paid_at_ms <= at_ms ? r->paid_at_ms : r->placed_at_ms;
                }
        }
        cr_assert_lt(pick_compare(at[0], no[0], at[1], no[1]), 0);
    }
    seen->pick += (int)n;
    seen->late += (int)late;
}

Test(answer, today_is_the_plain_reading, .timeout = 240)
{
    struct seen seen = { 0 };
    struct policy p = policy_defaults();
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct prng rng;
        struct arena a;
        prng_seed(&rng, seed * 31);
        memset(&w, 0, sizeof w);
        world_make(seed);
        arena_init(&a, &w.env.memory, 0);
        for (int k = 0; k < INSTANTS; k++) {
            enum answer_error error;
            int64_t at_ms = WORLD_FROM - MS_PER_HOUR + (int64_t)prng_below(&rng, (WORLD_DAYS + 2) * 86400) * 1000;
            p.feed_stale_after_s = k % 5 == 1 ? 300 : 21600; /* the worlds are busy: a stale feed needs a short leash */
            if (k == 0) at_ms = WORLD_FROM + 40 * MS_PER_DAY; /* long after: everything has happened */
            if (k % 3 == 0) at_ms = WORLD_FROM + 2 * MS_PER_DAY + (int64_t)prng_below(&rng, 6 * 3600) * 1000;
            struct answer_ask q = ask_at(&p, at_ms);
            json_t *cli = answer_today_cli(&q, false, &error), *page = answer_today(&q, &error);
            cr_assert(cli && page, "%s", db_error_message(w.s.db));
            int64_t latest = plain_latest(at_ms);
            if (latest == INSTANT_NONE) cr_assert(json_is_null(json_object_get(cli, "data_age_s")));
            else cr_assert_eq(number_of(cli, "data_age_s"), (at_ms - latest) / 1000, "seed %d at %lld", (int)seed, (long long)at_ms);
            compare_reminders(&a, &p, cli, at_ms, &seen);
            compare_pick(&a, &p, cli, page, at_ms, &seen);
            size_t lines = json_array_size(json_object_get(page, "lines"));
            cr_assert(lines >= 1 && lines <= LIMIT_TODAY_LINES);
            json_decref(cli);
            json_decref(page);
            arena_clear(&a);
        }
        arena_release(&a);
        world_free();
    }
    cr_assert(seen.due > 100 && seen.held > 100 && seen.never > 10 && seen.unknown > 10 && seen.pick > 1000 && seen.late > 50 && seen.done > 20,
              "the worlds must hold every kind: %d %d %d %d %d %d %d", seen.due, seen.held, seen.never, seen.unknown, seen.pick, seen.late, seen.done);
}

static int64_t count_state(int64_t at_ms, enum order_state state)
{
    int64_t n = 0;
    for (int i = 0; i < ORDERS; i++) n += order_state_at(&w.orders[i].order, at_ms) == state;
    return n;
}

/* All pages of a filter; checks that they go down in time without a repeat. Returns how many there are. */
static int64_t page_through(const struct answer_ask *q, const char *state, int limit)
{
    char after[64] = "";
    const char *last = NULL;
    char last_placed[40] = "9";
    int64_t n = 0;
    for (int page = 0; page < 1000; page++) {
        enum answer_error error;
        struct orders_ask o = { text_from_cstr(state), TEXT_NONE, INSTANT_NONE, INSTANT_NONE, text_from_cstr(after), limit };
        json_t *j = answer_orders(q, &o, &error);
        cr_assert(j, "%s %s", state, db_error_message(w.s.db));
        const json_t *rows = json_object_get(j, "orders");
        cr_assert_leq(json_array_size(rows), (size_t)limit);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            const json_t *row = json_array_get(rows, i);
            const char *placed = json_string_value(json_object_get(row, "placed_at"));
            if (*state) cr_assert_str_eq(json_string_value(json_object_get(row, "state")), state);
            cr_assert_leq(strcmp(placed, last_placed), 0, "newest first: %s after %s", placed, last_placed);
            (void)snprintf(last_placed, sizeof last_placed, "%s", placed);
            n++;
        }
        last = json_string_value(json_object_get(j, "next"));
        if (last) (void)snprintf(after, sizeof after, "%s", last);
        json_decref(j);
        if (!last) return n;
    }
    cr_assert_fail("the pages do not end");
    return n;
}

Test(answer, orders_are_listed_once_each, .timeout = 240)
{
    struct policy p = policy_defaults();
    world_make(11);
    const int64_t instants[] = { WORLD_FROM + 3 * MS_PER_DAY, WORLD_FROM + 40 * MS_PER_DAY };
    for (int k = 0; k < 2; k++) {
        struct answer_ask q = ask_at(&p, instants[k]);
        int64_t counts[ORDER_STATE_COUNT];
        cr_assert_eq(page_through(&q, "", 7), ORDERS);
        cr_assert_eq(page_through(&q, "", 200), ORDERS);
        cr_assert(query_state_counts(&w.s, &w.shop, q.now_ms, counts));
        for (int s = 0; s < ORDER_STATE_COUNT; s++) {
            cr_expect_eq(counts[s], count_state(q.now_ms, (enum order_state)s), "%s", order_state_word((enum order_state)s));
            cr_expect_eq(page_through(&q, order_state_word((enum order_state)s), 5), counts[s], "%s", order_state_word((enum order_state)s));
        }
    }
    world_free();
}

static json_t *search(const struct answer_ask *q, const char *words)
{
    enum answer_error error;
    struct orders_ask o = { TEXT_NONE, text_from_cstr(words), INSTANT_NONE, INSTANT_NONE, TEXT_NONE, 200 };
    json_t *j = answer_orders(q, &o, &error);
    cr_assert(j);
    return j;
}

Test(answer, search_and_bad_questions)
{
    struct policy p = policy_defaults();
    enum answer_error error;
    world_make(12);
    struct answer_ask q = ask_at(&p, WORLD_FROM + 40 * MS_PER_DAY);

    json_t *j = search(&q, "5000");
    cr_expect_eq(json_array_size(json_object_get(j, "orders")), 1);
    json_decref(j);
    j = search(&q, "500"); /* 5000 5003 5006 5009 */
    cr_expect_eq(json_array_size(json_object_get(j, "orders")), 4);
    json_decref(j);
    size_t of_buyer = 0;
    for (int i = 0; i < ORDERS; i++) of_buyer += w.orders[i].order.customer_id == 3;
    j = search(&q, "Secretbuyer3");
    cr_expect_eq(json_array_size(json_object_get(j, "orders")), of_buyer);
    json_decref(j);
    j = search(&q, "Secretbuyer");
    cr_expect_eq(json_array_size(json_object_get(j, "orders")), 0, "a part of a name finds nobody");
    json_decref(j);
    q.mask = 0;
    j = search(&q, "Secretbuyer3");
    cr_expect_eq(json_array_size(json_object_get(j, "orders")), 0, "who may not see names may not ask by name");
    json_decref(j);

    struct orders_ask o = { TEXT("gone"), TEXT_NONE, INSTANT_NONE, INSTANT_NONE, TEXT_NONE, 10 };
    cr_expect(answer_orders(&q, &o, &error) == NULL && error == ANSWER_BAD_STATE);
    static const char *const cursors[] = { "x", "1", "1.", ".1", "1.2.3", "1.-2", "99999999999999999999.1" };
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        o = (struct orders_ask){ TEXT_NONE, TEXT_NONE, INSTANT_NONE, INSTANT_NONE, text_from_cstr(cursors[i]), 10 };
        cr_expect(answer_orders(&q, &o, &error) == NULL && error == ANSWER_BAD_CURSOR, "%s", cursors[i]);
    }
    cr_expect(answer_order(&q, TEXT("nobody's"), &error) == NULL && error == ANSWER_NOT_FOUND);
    static const struct review_ask periods[] = { { 18000, 18000, true }, { 18001, 18000, true }, { 18000, 18801, false }, { 100, 110, false } };
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++)
        cr_expect(answer_review(&q, &periods[i], &error) == NULL && error == ANSWER_BAD_PERIOD);
    int64_t day;
    cr_expect(answer_day_parse(TEXT("2020-02-29"), &day) && day == days_from_civil(2020, 2, 29));
    cr_expect(!answer_day_parse(TEXT("2021-02-29"), &day) && !answer_day_parse(TEXT("2020/02/01"), &day) && !answer_day_parse(TEXT("2020-2-1"), &day));
    world_free();
}

static bool holds(const json_t *j, const char *word)
{
    char *text = json_dumps(j, JSON_COMPACT);
    bool found = strstr(text, word) != NULL;
    free(text);
    return found;
}

/* Each answer twice: with all rights every word is there (so the search can find it), with none nothing is. */
Test(answer, masks_hide)
{
    static const char *const secrets[] = { "Secretbuyer", "Secretname", "Secretphone", "Secretaddress", "Secretnote", "Secretremark" };
    struct policy p = policy_defaults();
    world_make(13);
    for (int right = 0; right <= 1; right++) {
        enum answer_error error;
        struct answer_ask q = ask_at(&p, WORLD_FROM + 2 * MS_PER_DAY + 10 * MS_PER_HOUR);
        struct orders_ask o = { TEXT_NONE, TEXT_NONE, INSTANT_NONE, INSTANT_NONE, TEXT_NONE, 100 };
        struct review_ask r = { days_from_civil(2020, 2, 24), days_from_civil(2020, 2, 26), true };
        q.mask = right ? ANSWER_ALL : 0;
        json_t *all = json_pack("[o, o, o, o]", answer_today(&q, &error), answer_orders(&q, &o, &error),
                                answer_order(&q, text_from_cstr(w.orders[0].number), &error), answer_review(&q, &r, &error));
        cr_assert(all);
        for (int i = 0; i < 6; i++) cr_expect_eq(holds(all, secrets[i]), right, "%s", secrets[i]);
        cr_expect_eq(holds(all, "\"minor\""), right);
        cr_expect_eq(holds(all, "¥"), right);
        json_decref(all);
    }
    world_free();
}

Test(answer, review_is_the_sum_of_contributions)
{
    struct policy p = policy_defaults();
    struct prng rng;
    prng_seed(&rng, 5);
    world_make(14);
    int drivers_seen = 0;
    for (int k = 0; k < 20; k++) {
        enum answer_error error;
        int64_t first = days_from_civil(2020, 2, 21) + (int64_t)prng_below(&rng, 6);
        struct review_ask r = { first, first + 1 + (int64_t)prng_below(&rng, 4), true };
        struct answer_ask q = ask_at(&p, WORLD_FROM + 40 * MS_PER_DAY);
        struct contribution sum = { 0 }, by_hour[24] = { { 0 } };
        bool customer[BUYERS] = { false };
        int64_t customers = 0;
        for (int i = 0; i < ORDERS; i++) {
            struct contribution c = order_contribution(&w.orders[i].order, w.shop.zone);
            if (c.day < r.from_day || c.day >= r.to_day) continue;
            struct contribution *h = &by_hour[zone_civil(w.shop.zone, c.hour_start_ms).hour];
            sum.orders++, sum.paid_orders += c.paid_orders, sum.refunded_orders += c.refunded_orders, sum.total_minor += c.total_minor;
            sum.cancelled_orders += c.cancelled_orders, sum.kept_minor += c.kept_minor, sum.refund_minor += c.refund_minor;
            h->orders++, h->kept_minor += c.kept_minor;
            if (w.orders[i].order.customer_id != CLAIM_NONE) customer[w.orders[i].order.customer_id] = true;
        }
        for (int i = 0; i < BUYERS; i++) customers += customer[i];
        p.score_min_orders = sum.orders + k % 3 - 1; /* one too many, just enough, one short */
        json_t *j = answer_review(&q, &r, &error);
        cr_assert(j, "%s", db_error_message(w.s.db));
        cr_expect_eq(number_of(j, "orders"), sum.orders);
        cr_expect_eq(number_of(j, "min_orders"), p.score_min_orders);
        cr_expect(k % 3 < 2 ? json_is_true(json_object_get(j, "enough")) : json_is_false(json_object_get(j, "enough")));
        cr_expect_eq(number_of(j, "paid"), sum.paid_orders);
        cr_expect_eq(number_of(j, "unpaid"), sum.orders - sum.paid_orders);
        cr_expect_eq(number_of(j, "refunded_orders"), sum.refunded_orders);
        cr_expect_eq(number_of(j, "cancelled"), sum.cancelled_orders);
        if (sum.orders) cr_expect_eq(number_of(j, "customers"), customers);
        cr_expect_eq(number_of(json_object_get(j, "total"), "minor"), sum.total_minor);
        cr_expect_eq(number_of(json_object_get(j, "kept"), "minor"), sum.kept_minor);
        cr_expect_eq(number_of(json_object_get(j, "refund"), "minor"), sum.refund_minor);
        cr_expect_eq(json_array_size(json_object_get(j, "by_day")), (size_t)(r.to_day - r.from_day));
        for (int h = 0; h < 24; h++) {
            const json_t *row = json_array_get(json_object_get(j, "by_hour"), (size_t)h);
            cr_expect_eq(number_of(row, "orders"), by_hour[h].orders);
            cr_expect_eq(number_of(row, "kept"), by_hour[h].kept_minor);
        }
        const json_t *d = json_object_get(j, "drivers");
        if (json_is_object(d)) {
            int64_t effects = 0;
            for (size_t i = 0; i < json_array_size(json_object_get(d, "factors")); i++)
                effects += number_of(json_object_get(json_array_get(json_object_get(d, "factors"), i), "effect"), "minor");
            cr_expect_eq(effects, number_of(json_object_get(d, "delta"), "minor"));
            drivers_seen++;
        }
        json_decref(j);
    }
    cr_expect_gt(drivers_seen, 5);
    world_free();
}
