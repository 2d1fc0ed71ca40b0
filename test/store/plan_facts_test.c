/* The facts of the plan as they are gathered from a store: the event and the balance window from campaigns, contacts over all orders of a
 * customer, marks, reach, who must be left alone. Each is put in through the shipped entry points and read back as a plan. */
#include <criterion/criterion.h>
#include <stdio.h>
#include "desk/plan_facts.h"
#include "desk/text_pick.h"
#include "os/os.h"
#include "store/campaign_store.h"
#include "store/mark_store.h"
#include "store/outbox_store.h"
#include "store/policy_store.h"
#include "store/text_outcome_store.h"
#include "take_in.h"

#define NOON INT64_C(1794369600000) /* 2026-11-11 12:00 in Shanghai */

struct world { struct env env; struct store s; struct shop shop; struct arena a; int64_t now_ms; uint64_t keys; };
static struct world w; /* each test is a process of its own */

static int64_t clock_of_world(void *ctx) { (void)ctx; return w.now_ms; }

static void world_open(void)
{
    enum db_error error;
    char message[256] = "";
    cr_assert(os_env_init(&w.env));
    w.env.now_ms = clock_of_world;
    w.now_ms = NOON;
    arena_init(&w.a, &w.env.memory, 0);
    cr_assert(store_open(&w.s, &w.env, ":memory:", DB_WRITE, &error, message, sizeof message), "%s", message);
    const struct shop_new n = { TEXT("main"), TEXT("Shop"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    cr_assert(db_begin(w.s.db));
    cr_assert_eq(shop_create(&w.s, &n, &w.shop), SHOP_OK);
    cr_assert(db_commit(w.s.db));
}

static struct order_claim claim(const char *number, int64_t age_ms, const char *buyer)
{
    struct order_claim c = { .order_no = text_from_cstr(number), .as_of_ms = NOON - MS_PER_MIN, .rank = SOURCE_FILE, .placed_at_ms = NOON - age_ms, .customer_id = CLAIM_NONE,
        .paid_at_ms = CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE,
        .ship_by_ms = CLAIM_NONE, .total_minor = 9900, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE,
        .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .person = { .buyer = text_from_cstr(buyer) } };
    const uint64_t key = ++w.keys;
    memcpy(c.key.bytes, &key, sizeof key);
    return c;
}

static void put_in(const struct order_claim *claims, size_t n) { take_in(&w.s, &w.shop, claims, n); }

static void mark(const char *number, int wave, enum mark_outcome outcome, int64_t at_ms)
{
    const int64_t now_ms = w.now_ms;
    const struct mark_new m = { text_from_cstr(number), wave, outcome, TEXT("why"), 0 };
    w.now_ms = at_ms;
    cr_assert(db_begin(w.s.db));
    cr_assert_eq(mark_set(&w.s, &w.shop, &m), MARK_OK);
    cr_assert(db_commit(w.s.db));
    w.now_ms = now_ms;
}

static void campaign(int64_t event_from_ms, int64_t event_until_ms)
{
    const struct campaign c = { TEXT("Double 11"), TEXT("双十一"), event_from_ms - 30 * MS_PER_DAY, event_from_ms - 10 * MS_PER_DAY, event_from_ms, event_until_ms,
                                event_until_ms + 8 * MS_PER_DAY };
    int64_t id;
    cr_assert(db_begin(w.s.db));
    cr_assert(campaign_add(&w.s, &w.shop, &c, &id));
    cr_assert(db_commit(w.s.db));
}

/* What the plan says of an order at an instant; *ret_facts (may be NULL): on which facts. */
static struct reminder_plan plan_at(const char *number, int64_t at_ms, struct plan_facts *ret_facts)
{
    static struct plan_found found;
    struct plan_desk d;
    struct policy policy;
    cr_assert(policy_load(&w.s, &w.shop, &policy));
    cr_assert(plan_desk_begin(&d, &(struct plan_desk_ask){ .store = &w.s, .shop = &w.shop, .policy = &policy, .now_ms = at_ms }));
    cr_assert(plan_facts_find(&d, &w.a, text_from_cstr(number), &found) && found.found, "%s", number);
    plan_desk_end(&d);
    if (ret_facts) *ret_facts = found.facts;
    return plan_check(&policy, &found.facts);
}

#define SAYS(number, at_ms, word) cr_expect_str_eq(plan_word(&(struct reminder_plan[]){ plan_at(number, at_ms, NULL) }[0]), word)

Test(plan_facts, contacts_count_over_all_orders_of_a_customer)
{
    struct plan_facts f;
    world_open();
    const struct order_claim claims[] = { claim("1", 3 * MS_PER_HOUR, "wang"), claim("2", 2 * MS_PER_HOUR, "wang"), claim("3", 2 * MS_PER_HOUR, "li"), claim("4", 2 * MS_PER_HOUR, "") };
    put_in(claims, 4);
    mark("1", 1, MARK_DONE, NOON - 40 * MS_PER_MIN);
    mark("1", 2, MARK_UNREACHED, NOON - 10 * MS_PER_MIN);
    plan_at("2", NOON, &f);
    cr_expect_eq(f.contact.contact_count, 2, "the other order's reminders, also the one in vain");
    cr_expect_eq(f.contact.contacts[0], NOON - 10 * MS_PER_MIN, "newest first");
    cr_expect_eq(f.mark_count, 0);
    SAYS("2", NOON, "window-closes-first"); /* the cap frees the buyer when the time to pay is over */
    SAYS("3", NOON, "meal"); /* another buyer */
    SAYS("4", NOON, "meal"); /* nobody's: not everybody's */
    SAYS("2", NOON - 35 * MS_PER_MIN, "too-soon"); /* five minutes after the first; what came later is not seen */
    mark("3", 1, MARK_SKIPPED, NOON - MS_PER_MIN);
    SAYS("3", NOON, "skipped");
    SAYS("3", NOON - 2 * MS_PER_MIN, "meal");
}

/* A message about the order leaves by a channel, through the ledger's own steps, and ends so. */
static void message(const char *number, int wave, enum channel channel, enum outbox_event end, int64_t at_ms)
{
    struct outbox_verdict v = { .event = OUTBOX_LEASE, .wave = wave, .channel = channel, .rule = "test" };
    struct outbox_row due[8];
    bool found, done = false;
    int n = 0;
    cr_assert(db_begin(w.s.db));
    cr_assert(outbox_find(&w.s, &w.shop, text_from_cstr(number), 1, &v.key, &found) && found, "%s is planned for", number);
    cr_assert(outbox_due(&w.s, &w.shop, CHANNEL_NONE, INSTANT_MAX, due, 8, &n));
    for (int i = 0; i < n; i++)
        if (due[i].key.order_id == v.key.order_id) v.seen_due_ms = due[i].due_at_ms;
    cr_assert(outbox_decide(&w.s, &w.shop, &v, at_ms, &done) && done);
    const struct outbox_end e = { .key = { v.key.order_id, wave }, .event = end, .retry_at_ms = INSTANT_NONE };
    cr_assert(outbox_finish(&w.s, &w.shop, &e, at_ms, &done) && done);
    cr_assert(db_commit(w.s.db));
}

Test(plan_facts, the_cap_counts_over_all_channels)
{
    struct plan_facts f;
    struct policy_refused refused;
    struct mark_row *rows;
    int64_t n = 0;
    const struct policy_value on[] = { { TEXT("auto_sms"), 1, false }, { TEXT("cap_per_day"), 3, false } };
    world_open();
    cr_assert(db_begin(w.s.db));
    cr_assert_eq(policy_put(&w.s, &w.shop, on, 2, 0, &refused), POLICY_PUT_OK);
    cr_assert(db_commit(w.s.db));
    const struct order_claim claims[] = { claim("1", 5 * MS_PER_HOUR, "wang"), claim("2", 5 * MS_PER_HOUR, "wang"), claim("3", 5 * MS_PER_HOUR, "wang"), claim("4", 5 * MS_PER_HOUR, "wang"),
        claim("5", 5 * MS_PER_HOUR, "wang"), claim("6", 5 * MS_PER_HOUR, "li") };
    put_in(claims, 6);
    mark("1", 1, MARK_DONE, NOON - 3 * MS_PER_HOUR);                                        /* by hand, by chat */
    message("2", 2, CHANNEL_SMS, OUTBOX_ACCEPT, NOON - 2 * MS_PER_HOUR);
    message("4", 2, CHANNEL_SMS, OUTBOX_REJECT, NOON - 90 * MS_PER_MIN);                    /* never arrived: no contact */
    SAYS("5", NOON, "meal");
    message("3", 2, CHANNEL_EMAIL, OUTBOX_LOSE, NOON - MS_PER_HOUR);                        /* may have arrived: one */
    plan_at("5", NOON, &f);
    cr_expect_eq(f.contact.contact_count, 3, "chat, SMS and e-mail, of three orders");
    SAYS("5", NOON, "window-closes-first"); /* the cap frees the buyer two hours after the time to pay is over */
    SAYS("6", NOON, "meal");
    /* and so Today counts them, for the orders of a customer */
    cr_assert(query_marks(&w.s, &w.shop, &w.a, NOON - MS_PER_DAY, NOON, &rows, &n));
    cr_expect_eq(n, 3);
}

Test(plan_facts, the_event_comes_from_the_campaigns)
{
    struct plan_facts f;
    const int64_t begins_ms = NOON - 36 * MS_PER_HOUR, ends_ms = NOON + 12 * MS_PER_HOUR; /* 10 Nov 0:00 to 12 Nov 0:00 */
    world_open();
    const struct order_claim claims[] = { claim("before", 37 * MS_PER_HOUR, "wang"), claim("within", 2 * MS_PER_HOUR, "li"), claim("late", -10 * MS_PER_HOUR, "sun") };
    put_in(claims, 3);
    plan_at("within", NOON, &f);
    cr_expect(!f.contact.has_event);
    campaign(begins_ms, ends_ms);
    campaign(NOON + 30 * MS_PER_DAY, NOON + 31 * MS_PER_DAY);
    plan_at("within", NOON, &f);
    cr_expect(f.contact.has_event && f.contact.event_from_ms == begins_ms && f.contact.event_until_ms == ends_ms);
    SAYS("before", begins_ms - 20 * MS_PER_MIN, "platform-silence");
    SAYS("before", begins_ms + 59 * MS_PER_MIN, "platform-silence");
    /* an order of the last evening of the event: the day after, while it can be paid */
    const struct reminder_plan p = plan_at("late", ends_ms + 14 * MS_PER_HOUR, NULL);
    cr_expect(p.wave == 3 && p.channel == CHANNEL_SMS, "wave %d", p.wave);
}

Test(plan_facts, a_balance_is_paid_from_the_events_begin_on)
{
    struct order_claim presale = claim("1", 3 * MS_PER_DAY, "wang");
    struct plan_facts f;
    const int64_t opens_ms = NOON - 12 * MS_PER_HOUR;
    world_open();
    presale.status = STATUS_DEPOSIT_PAID;
    presale.balance_minor = 5000;
    put_in((struct order_claim[]){ presale, claim("fresh", -MS_PER_HOUR, "li") }, 2);
    SAYS("1", NOON, "balance-unknown");
    campaign(opens_ms, opens_ms + 2 * MS_PER_DAY);
    SAYS("1", opens_ms - 2 * MS_PER_DAY, "balance-later");
    const struct reminder_plan p = plan_at("1", opens_ms - 2 * MS_PER_DAY, &f);
    cr_expect(f.balance_from_ms == opens_ms && f.balance_until_ms == opens_ms + 2 * MS_PER_DAY);
    cr_expect(p.verdict == CONTACT_HOLD && p.until_ms >= opens_ms + 30 * MS_PER_MIN && p.until_ms < opens_ms + MS_PER_DAY);
    SAYS("1", opens_ms + 14 * MS_PER_HOUR, "wave-2");
    SAYS("1", opens_ms + 2 * MS_PER_DAY, "window-over");
    const struct policy_value v[] = { { TEXT("balance_after_s"), 7200, false }, { TEXT("balance_window_s"), 54000, false } };
    struct policy_refused refused;
    cr_assert(db_begin(w.s.db));
    cr_assert_eq(policy_put(&w.s, &w.shop, v, 2, 0, &refused), POLICY_PUT_OK);
    cr_assert(db_commit(w.s.db));
    SAYS("1", opens_ms + MS_PER_HOUR, "balance-later");
    SAYS("1", opens_ms + 17 * MS_PER_HOUR, "window-over");
}

Test(plan_facts, there_must_be_somewhere_to_send_to)
{
    struct order_claim told = claim("1", 2 * MS_PER_HOUR, "wang"), starred = claim("2", 2 * MS_PER_HOUR, "li");
    struct plan_facts f;
    world_open();
    told.person.phone = TEXT("138 0000 0001");
    told.person.email = TEXT("wang@example.com");
    starred.person.phone = TEXT("138****0002");
    put_in((struct order_claim[]){ told, starred }, 2);
    plan_at("1", NOON, &f);
    cr_expect(f.has_phone && f.has_email && plan_reaches(&f, CHANNEL_SMS) && plan_reaches(&f, CHANNEL_EMAIL));
    plan_at("2", NOON, &f);
    cr_expect(!f.has_phone && !f.has_email && !plan_reaches(&f, CHANNEL_SMS) && plan_reaches(&f, CHANNEL_CHAT));
}

Test(plan_facts, who_wants_nothing_is_left_alone_from_then_on)
{
    struct order_claim c = claim("1", 2 * MS_PER_HOUR, "wang");
    const struct suppression_new stop = { STOP_OPT_OUT, STOP_BY_UNSUBSCRIBE, 0 };
    const struct person_cells who = { .email = TEXT("Wang@Example.COM") };
    int changed = 0;
    world_open();
    c.person.email = TEXT("wang@example.com");
    put_in(&c, 1);
    cr_assert(db_begin(w.s.db) && suppression_add(&w.s, &w.shop, &stop, &who, &changed) && db_commit(w.s.db));
    cr_expect_eq(changed, 1, "one address");
    SAYS("1", NOON, "opted-out");
    SAYS("1", NOON - 1, "meal"); /* what happens later is not seen */
    cr_assert(db_begin(w.s.db) && suppression_remove(&w.s, &w.shop, &stop, &who, &changed) && db_commit(w.s.db));
    cr_expect_eq(changed, 1);
    SAYS("1", NOON, "meal");
}

Test(plan_facts, old_data_contact_nobody)
{
    world_open();
    const struct order_claim c = claim("1", 8 * MS_PER_HOUR, "wang");
    put_in(&c, 1);
    SAYS("1", NOON, "stale-data"); /* the order itself is the latest fact */
    SAYS("1", NOON - 3 * MS_PER_HOUR, "good-window");
}

/* A busy shop beside it takes no reminder's place: so many of the latest are looked at of each shop by itself. */
Test(plan_facts, texts_of_a_small_shop_beside_a_busy_one)
{
    struct shop busy;
    struct text_outcome *rows;
    int n = 0;
    world_open();
    const struct order_claim small = claim("1", 3 * MS_PER_HOUR, "a");
    put_in(&small, 1);
    mark("1", 1, MARK_DONE, NOON - 2 * MS_PER_HOUR);
    const struct shop_new beside = { TEXT("busy"), TEXT("Busy"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    cr_assert(db_begin(w.s.db));
    cr_assert_eq(shop_create(&w.s, &beside, &busy), SHOP_OK);
    const char *const sql[] = {
        SQL("UPDATE reminder_mark SET text_key = 'calm@0011aabb'"),
        SQL("INSERT INTO orders (merchant_id, order_id, order_no, store_id, placed_at_ms, status, pay_kind, exact) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            " WHERE i < $1) SELECT 1, 1000 + i, 'B' || i, 2, $2, 1, 1, 0 FROM n"),
        SQL("INSERT INTO reminder_mark (merchant_id, order_id, wave, outcome, reason, user_id, at_ms, text_key) SELECT 1, order_id, 1, 1, '', 0, $2, 'loud@0011aabb' FROM orders"
            " WHERE store_id = 2 LIMIT $1"),
    };
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
        struct db_stmt *q = db_stmt(w.s.db, sql[i]);
        cr_assert(q);
        if (i > 0) db_bind_i64(q, 1, TEXT_CONTACTS_MAX), db_bind_i64(q, 2, NOON - MS_PER_HOUR);
        cr_assert(db_exec(q), "%s", db_error_message(w.s.db));
    }
    cr_assert(db_commit(w.s.db));
    const struct text_outcomes_ask ask = { NOON - MS_PER_DAY, NOON, NOON, MS_PER_DAY };
    cr_assert(query_text_outcomes(&w.s, &w.shop, &w.a, &ask, &rows, &n));
    cr_expect(n == 1 && text_is(rows[0].key, "calm@0011aabb") && rows[0].used == 1, "%d", n);
    cr_assert(query_text_outcomes(&w.s, &busy, &w.a, &ask, &rows, &n));
    cr_expect(n == 1 && text_is(rows[0].key, "loud@0011aabb") && rows[0].used == TEXT_CONTACTS_MAX, "%d", n);
}

/* What may have reached the buyer hides what they would have done: it ends the trial of the text before it, and the payment is not their own. */
Test(plan_facts, what_nobody_knows_may_have_been_seen)
{
    struct text_outcome *rows;
    struct payment_times times;
    int n = 0;
    world_open();
    struct order_claim tried = claim("1", 30 * MS_PER_HOUR, "a"), alone = claim("2", 30 * MS_PER_HOUR, "b");
    tried.paid_at_ms = alone.paid_at_ms = NOON - 26 * MS_PER_HOUR;
    tried.status = alone.status = STATUS_PAID;
    put_in((struct order_claim[]){ tried, alone }, 2);
    mark("1", 1, MARK_DONE, NOON - 29 * MS_PER_HOUR);
    cr_assert(db_begin(w.s.db));
    const char *const sql[] = {
        SQL("UPDATE reminder_mark SET text_key = 'calm@0011aabb' WHERE wave < $1"),
        SQL("INSERT INTO outbox (merchant_id, order_id, wave, store_id, state, at_ms, channel, rule, tries, leased_at_ms, text_key, report, user_id)"
            " SELECT 1, order_id, 2, 1, 5, $1, 2, 'wave-2', 1, $1, 'loud@0011aabb', 0, 0 FROM orders"),
    };
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
        struct db_stmt *q = db_stmt(w.s.db, sql[i]);
        cr_assert(q);
        db_bind_i64(q, 1, NOON - 27 * MS_PER_HOUR);
        cr_assert(db_exec(q), "%s", db_error_message(w.s.db));
    }
    cr_assert(db_commit(w.s.db));
    cr_assert(query_text_outcomes(&w.s, &w.shop, &w.a, &(struct text_outcomes_ask){ NOON - 2 * MS_PER_DAY, NOON, NOON, MS_PER_DAY }, &rows, &n));
    cr_expect(n == 1 && text_is(rows[0].key, "calm@0011aabb") && rows[0].arm.told == 1 && rows[0].arm.won == 0, "%d", n);
    cr_assert(query_payment_times(&w.s, &w.shop, &w.a, &(struct payment_times_ask){ NOON - 2 * MS_PER_DAY, NOON, MS_PER_DAY }, &times));
    cr_assert_eq(times.n, 2);
    const struct payment_time *other = times.times[0].reminded_ms == MS_PER_HOUR ? &times.times[1] : &times.times[0];
    cr_expect(other->reminded && other->reminded_ms == 3 * MS_PER_HOUR && other->delay_ms == 4 * MS_PER_HOUR);
}

/* What a text won so far, as one that sends all day looks at it, who keeps what it read. */
static int64_t won_again(struct text_trial_kept *kept, int64_t at_ms, bool *ret_on)
{
    struct plan_desk d;
    struct policy policy;
    struct text_trial t;
    cr_assert(policy_load(&w.s, &w.shop, &policy));
    cr_assert(plan_desk_begin(&d, &(struct plan_desk_ask){ .store = &w.s, .shop = &w.shop, .policy = &policy, .now_ms = at_ms }));
    cr_assert(text_trial_again(&t, &d, kept));
    const int64_t won = text_arm_of(&t, TEXT("calm@0011aabb"), 1, CHANNEL_CHAT).won;
    *ret_on = t.on;
    plan_desk_end(&d);
    return won;
}

static void policy_say(const char *name, int64_t value)
{
    struct policy_refused refused;
    cr_assert(db_begin(w.s.db));
    cr_assert_eq(policy_put(&w.s, &w.shop, &(struct policy_value){ text_from_cstr(name), value, false }, 1, 0, &refused), POLICY_PUT_OK);
    cr_assert(db_commit(w.s.db));
}

/* What was paid becomes known a few minutes later at most; another day, another policy and a clock set back are seen at once. */
Test(plan_facts, a_trial_is_kept_for_minutes_of_a_day)
{
    enum { REMINDERS = 200 };
    const int64_t midnight = NOON + 12 * MS_PER_HOUR;
    struct text_trial_kept kept = { .loaded = false };
    struct order_claim paid[3];
    char numbers[REMINDERS][8];
    bool on;
    world_open();
    policy_say("holdout_min_reminders", REMINDERS);
    for (int i = 0; i < REMINDERS; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%d", i);
        const struct order_claim c = claim(numbers[i], 60 * MS_PER_HOUR, "a");
        put_in(&c, 1);
        mark(numbers[i], 1, MARK_DONE, NOON - 59 * MS_PER_HOUR);
        if (i < 3) paid[i] = c;
    }
    for (int i = 0; i < 3; i++) {
        memset(paid[i].key.bytes, 200 + i, sizeof paid[i].key.bytes);
        paid[i].as_of_ms += i + 1;
        paid[i].paid_at_ms = NOON - 58 * MS_PER_HOUR;
        paid[i].status = STATUS_PAID;
    }
    cr_assert(db_begin(w.s.db));
    struct db_stmt *q = db_stmt(w.s.db, SQL("UPDATE reminder_mark SET text_key = 'calm@0011aabb'"));
    cr_assert(q && db_exec(q) && db_commit(w.s.db));

    cr_expect(won_again(&kept, NOON, &on) == 0 && on);
    put_in(&paid[0], 1);
    cr_expect_eq(won_again(&kept, NOON + TEXT_TRIAL_KEPT_MS - 1, &on), 0);
    cr_expect_eq(won_again(&kept, NOON + TEXT_TRIAL_KEPT_MS, &on), 1);
    cr_expect_eq(won_again(&kept, midnight - 1, &on), 1);
    put_in(&paid[1], 1);
    cr_expect_eq(won_again(&kept, midnight, &on), 2);
    put_in(&paid[2], 1);
    cr_expect_eq(won_again(&kept, midnight - 1, &on), 3); /* the clock was set back */
    policy_say("holdout_min_reminders", REMINDERS + 1);
    cr_expect(won_again(&kept, midnight - 1, &on) == 0 && !on);
    policy_say("holdout_min_reminders", REMINDERS);
    cr_expect(won_again(&kept, midnight - 1, &on) == 3 && on);
    text_trial_release(&kept);
}
