/* The demo shop in a real store: made in one go, the same from the same seed, and nothing of it when it may not be. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "desk/demo.h"
#include "os/os.h"
#include "store/audit_store.h"
#include "store/verify.h"

static struct env env;
static char folder[] = "/tmp/zg-demo-XXXXXX";
static void start(void) { cr_assert(os_env_init(&env) && mkdtemp(folder)); }
static void stop(void)
{
    static const char *const names[] = { "a.db", "a.db-wal", "a.db-shm", "b.db", "b.db-wal", "b.db-shm", "c.db", "c.db-wal", "c.db-shm" };
    char path[96];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    os_env_release(&env);
}
TestSuite(demo_store, .init = start, .fini = stop, .timeout = 120);

static void open_store(struct store *s, const char *name)
{
    char path[96], message[256] = "";
    enum db_error error = DB_OK;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(store_open(s, &env, path, DB_WRITE, &error, message, sizeof message), "%s", message);
}

static struct demo_options options(uint64_t seed, int64_t orders)
{
    struct demo_options o = { .seed = seed, .orders_per_year = orders, .password_hashes = { "$h1", "$h2", "$h3", "$h4" } };
    cr_assert(instant_parse(TEXT("2026-11-21T15:00:00+08:00"), &o.now_ms));
    return o;
}

static bool make(struct store *s, const struct demo_options *o, struct demo_result *ret)
{
    cr_assert(db_begin(s->db));
    bool ok = demo_make(s, o, ret);
    if (ok) cr_assert(db_commit(s->db));
    else db_rollback(s->db);
    return ok;
}

static int64_t number(struct store *s, const char *sql)
{
    struct db_stmt *q = db_stmt(s->db, sql);
    cr_assert(q, "%s", sql);
    cr_assert(db_step(q) == DB_ROW);
    int64_t v = db_i64(q, "v");
    db_done(q);
    return v;
}

static void holds(struct store *s)
{
    static struct verify_report report;
    struct audit_report audit;
    cr_assert(store_verify(s, &report, NULL, NULL), "%s", db_error_message(s->db));
    for (int i = 0; i < report.finding_count && i < 5; i++)
        cr_log_error("%s %s %s: %s, not %s", report.findings[i].table, report.findings[i].key, report.findings[i].column, report.findings[i].found, report.findings[i].expected);
    cr_expect(report.disagreements == 0 && report.checks > 0);
    cr_expect(audit_verify(s, 1, &audit) && audit.broken_seq == 0 && audit.rows > 0);
}

/* Everything that a person could see, apart from numbers that the store gives out under its own random key. */
static uint64_t digest(struct store *s)
{
    static const char *const queries[] = {
        "SELECT order_no || ':' || placed_at_ms || ':' || COALESCE(paid_at_ms,0) || ':' || COALESCE(shipped_at_ms,0) || ':' || COALESCE(delivered_at_ms,0)"
        " || ':' || COALESCE(refunded_at_ms,0) || ':' || COALESCE(cancelled_at_ms,0) || ':' || total_minor || ':' || COALESCE(refund_minor,0) || region || status"
        " || COALESCE(tracking,'') AS v FROM orders ORDER BY order_no",
        "SELECT o.order_no || p.buyer || p.name || p.phone || p.address || COALESCE(p.buyer_note,'') || COALESCE(p.seller_note,'') AS v"
        " FROM person p JOIN orders o ON o.merchant_id = p.merchant_id AND o.order_id = p.order_id ORDER BY v",
        "SELECT o.order_no || p.title || COALESCE(l.options,'') || l.pieces || ':' || l.line_minor || ':' || COALESCE(l.refund_minor,0) AS v"
        " FROM order_line l JOIN orders o ON o.merchant_id = l.merchant_id AND o.order_id = l.order_id JOIN product p ON p.merchant_id = l.merchant_id AND p.product_id = l.product_id ORDER BY v",
        "SELECT r.subject || r.at_ms || ':' || c.field || COALESCE(CAST(c.number AS TEXT), c.text, p.text) AS v FROM record r JOIN record_cell c ON c.merchant_id = r.merchant_id AND c.record_id = r.record_id LEFT JOIN record_person_cell p"
        " ON p.merchant_id = c.merchant_id AND p.record_id = c.record_id AND p.event_no = c.event_no AND p.field = c.field ORDER BY r.subject, r.at_ms, r.record_id, c.field",
        "SELECT name_en || name_zh || event_from_ms AS v FROM campaign ORDER BY campaign_id",
        "SELECT name || role AS v FROM account ORDER BY user_id",
    };
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        struct db_stmt *q = db_stmt(s->db, queries[i]);
        cr_assert(q, "%s", queries[i]);
        enum db_step step;
        while ((step = db_step(q)) == DB_ROW) {
            struct text v = db_text(q, "v");
            for (size_t k = 0; k < v.len; k++) h = (h ^ (unsigned char)v.ptr[k]) * UINT64_C(0x100000001B3);
        }
        cr_assert(step == DB_DONE);
        db_done(q);
    }
    return h;
}

Test(demo_store, the_whole_shop_goes_in)
{
    struct store s;
    struct demo_result r = { 0 };
    struct demo_options o = options(1, 0);
    open_store(&s, "a.db");
    int64_t begun = env.monotonic_us(env.ctx);
    cr_assert(make(&s, &o, &r), "%s", db_error_message(s.db));
    double seconds = (double)(env.monotonic_us(env.ctx) - begun) / 1e6;
    cr_log_info("%lld orders, %lld lines in %.2f s", (long long)r.orders, (long long)r.lines, seconds);
    cr_expect(r.orders > 25000 && r.orders < 31000);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM orders") == r.orders);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM order_line") == r.lines);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM customer") == r.customers, "every buyer's nick is his own");
    cr_expect(number(&s, "SELECT SUM(orders) AS v FROM counter_hour") == r.orders);
    const int64_t records = number(&s, "SELECT COUNT(*) AS v FROM record");
    cr_expect(number(&s, "SELECT SUM(rows_done) AS v FROM import_file") == r.orders + r.lines + records);
    cr_expect(number(&s, "SELECT SUM(added) AS v FROM import_file") == r.orders + r.lines + records);
    cr_expect(number(&s, "SELECT state AS v FROM import") == 2, "applied");
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM campaign") == 2);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM account WHERE role = 1") == 1);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM record WHERE subject = 3") > 24 * 400);
    cr_expect(number(&s, "SELECT COUNT(DISTINCT subject) AS v FROM record") == 8, "traffic, products, stock, reviews, staff, shifts, chats and with whom");
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM record WHERE subject = 20") > 20, "who served whom in the last two days");
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM agent") == 4 && number(&s, "SELECT COUNT(*) AS v FROM agent_rota") == 16 &&
              number(&s, "SELECT COUNT(*) AS v FROM agent WHERE user_id IS NOT NULL") == 1, "the team, one of whom signs in");
    cr_expect(number(&s, "SELECT demo AS v FROM store WHERE store_key = 'demo'") == 1);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM reminder_mark") > 3);
    holds(&s);
    store_close(&s);
}

Test(demo_store, same_seed_same_content)
{
    struct store a, b;
    struct demo_result r = { 0 };
    struct demo_options o = options(5, 4000), other = options(6, 4000);
    open_store(&a, "a.db");
    open_store(&b, "b.db");
    cr_assert(make(&a, &o, &r) && make(&b, &o, &r));
    cr_expect(digest(&a) == digest(&b));
    store_close(&b);
    open_store(&b, "c.db");
    cr_assert(make(&b, &other, &r));
    cr_expect(digest(&a) != digest(&b));
    store_close(&a);
    store_close(&b);
}

Test(demo_store, its_import_can_be_undone)
{
    struct store s;
    struct demo_result r = { 0 };
    struct demo_options o = options(1, 3000);
    open_store(&s, "a.db");
    cr_assert(make(&s, &o, &r));
    bool done = false;
    cr_assert(db_begin(s.db));
    struct apply_session *session = apply_session_create(&s, &r.shop, r.import_id);
    for (int i = 0; i < 2000 && !done; i++) cr_assert(undo_slice(session, r.import_id, 500, &done));
    cr_assert(done && apply_flush(session) && db_commit(s.db));
    apply_session_free(session);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM orders") == 0);
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM person") == 0, "no buyer stays");
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM record") + number(&s, "SELECT COUNT(*) AS v FROM record_person_cell") == 0, "no record, no reviewer stays");
    cr_expect(number(&s, "SELECT COUNT(*) AS v FROM counter_hour") == 0);
    holds(&s);
    store_close(&s);
}

Test(demo_store, a_shop_of_that_key_is_left_alone)
{
    struct store s;
    struct demo_result r = { 0 };
    struct demo_options o = options(1, 1000);
    open_store(&s, "a.db");
    cr_assert(make(&s, &o, &r));
    uint64_t before = digest(&s);
    o.seed = 2;
    cr_expect_not(make(&s, &o, &r));
    cr_expect(digest(&s) == before);
    store_close(&s);
}
