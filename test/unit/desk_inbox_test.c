/* The inbox: an event alone is accepted, answered, and taken in soon, before anybody looks, or at the next start; one that cannot be spoils
 * no other and is kept. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include "own_feed.h"
#include "store/inbox_store.h"
#include "store/verify.h"

static char copy[96]; /* of the database, made by hand */

static bool events_run(struct store *s, void *arg)
{
    const struct feed_row row = { .source = FEED_EVENTS, .on = true };
    (void)arg;
    return feed_set(s, &f.shop, &row);
}

static void stop(void)
{
    writer_stop(f.w);
    f.w = NULL;
}

static void setup(void)
{
    feed_setup();
    snprintf(copy, sizeof copy, "%s/copy.db", f.directory);
    cr_assert_eq(writer_call(f.w, events_run, NULL), WRITER_DONE);
}

static void teardown(void)
{
    database_files_remove(copy);
    feed_teardown();
}

TestSuite(inbox, .init = setup, .fini = teardown, .timeout = 60);

/* An order with one line. */
static void claim_make(struct order_claim *c, char no[static 24], int i)
{
    *c = (struct order_claim){
        .order_no = { no, (size_t)snprintf(no, 24, "F%06d", i) }, .as_of_ms = INT64_C(1582000000000) + i, .rank = SOURCE_WEBHOOK,
        .placed_at_ms = INT64_C(1582000000000) + i, .paid_at_ms = CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE,
        .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = 100 + i, .paid_minor = CLAIM_NONE,
        .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE, .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .customer_id = CLAIM_NONE,
        .region = TEXT("浙江省"), .country = TEXT("CN"), .person = { .buyer = TEXT("某某") }, .has_line = true,
        .line = { .sub_no = TEXT("1"), .title = TEXT("tea"), .occurrence = 1, .pieces = 1, .unit_minor = 100, .line_minor = 100, .refund_minor = CLAIM_NONE,
                  .extra_minor = CLAIM_NONE },
    };
    memcpy(c->key.bytes, &i, sizeof i);
}

static void tell(int i)
{
    struct order_claim c;
    char no[24];
    claim_make(&c, no, i);
    cr_assert_eq(feed_call(f.feed, &c, 1), WRITER_DONE);
}

/* What the file says now, by a connection of nobody's. */
static int64_t ask(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_step(q), SQLITE_ROW);
    const int64_t n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

static void change(const char *path, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int64_t orders(void) { return ask(f.path, "SELECT count(*) FROM orders"); }
static int64_t waiting(void) { return ask(f.path, "SELECT count(*) FROM feed_inbox WHERE set_aside = 0"); }
static int64_t aside(void) { return ask(f.path, "SELECT count(*) FROM feed_inbox WHERE set_aside = 1"); }

static void agrees(void)
{
    static struct verify_report v;
    struct store s;
    char why[256];
    enum db_error error;
    cr_assert(store_open(&s, &f.env, f.path, DB_READ, &error, why, sizeof why), "%s", why);
    cr_assert(store_verify(&s, &v, NULL, NULL));
    cr_assert_eq(v.disagreements, 0);
    store_close(&s);
}

static void file_copy(const char *suffix)
{
    static char bytes[1 << 16];
    char from[128], to[128];
    ssize_t n;
    snprintf(from, sizeof from, "%s%s", f.path, suffix);
    snprintf(to, sizeof to, "%s%s", copy, suffix);
    const int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert(in >= 0 && out >= 0);
    while ((n = read(in, bytes, sizeof bytes)) > 0) cr_assert_eq(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

Test(inbox, an_event_alone_is_durable_when_answered_and_there_when_somebody_looks)
{
    for (int i = 0; i < 20; i++) {
        tell(i);
        cr_assert_eq(ask(f.path, "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM feed_inbox)"), i + 1, "taken in or accepted, and never both");
    }
    writer_settle(f.w);
    cr_assert_eq(orders(), 20);
    cr_assert_eq(waiting(), 0);
    agrees();
}

static bool gone(int64_t (*count)(void))
{
    for (int i = 0; i < 5000 && count() > 0; i++) usleep(1000);
    return count() == 0;
}

Test(inbox, it_is_taken_in_soon_though_nobody_looks)
{
    tell(1);
    cr_assert(gone(waiting));
    cr_assert_eq(orders(), 1);
    for (int i = 2; i < 300; i++) tell(i);
    cr_assert_geq(orders(), 300 - 65, "no more than a batch waits");
    cr_assert(gone(waiting));
    cr_assert_eq(orders(), 299);
    agrees();
}

Test(inbox, a_machine_that_goes_down_has_it_at_the_next_start)
{
    int64_t met = 0;
    for (int i = 0; i < 50; i++) {
        tell(i);
        file_copy("");
        file_copy("-wal");
        met += ask(copy, "SELECT count(*) FROM feed_inbox");
        struct store s;
        char why[256], shm[128];
        enum db_error error;
        cr_assert(store_open(&s, &f.env, copy, DB_WRITE, &error, why, sizeof why), "%s", why);
        store_close(&s);
        cr_assert_eq(ask(copy, "SELECT count(*) FROM orders"), i + 1);
        cr_assert_eq(ask(copy, "SELECT count(*) FROM feed_inbox"), 0);
        snprintf(shm, sizeof shm, "%s-shm", copy);
        unlink(shm);
        if (i % 10 == 0) writer_settle(f.w);
    }
    cr_assert_gt(met, 0, "nothing waited in any of the copies");
}

struct told { atomic_int done; enum writer_result result; };
static void told_done(void *arg, enum writer_result result)
{
    struct told *t = arg;
    t->result = result;
    atomic_store(&t->done, 1);
}

/* By one who does not wait in the seat; true: it was news. */
static bool tell_id(int i, unsigned char id)
{
    struct order_claim c;
    struct told t = { 0 };
    char no[24];
    claim_make(&c, no, i);
    struct feed_event e = { .claims = &c, .n = 1, .id = { FEED_EVENTS, { id } }, .done = told_done, .arg = &t };
    cr_assert(feed_post(f.feed, &e));
    while (!atomic_load(&t.done)) usleep(50);
    cr_assert_eq(t.result, WRITER_DONE);
    return e.fresh;
}

Test(inbox, an_id_is_taken_when_it_is_accepted)
{
    cr_assert(tell_id(1, 7));
    cr_assert(!tell_id(1, 7));
    cr_assert(tell_id(2, 8));
    writer_settle(f.w);
    cr_assert_eq(orders(), 2);
    cr_assert_eq(ask(f.path, "SELECT accepted * 1000 + duplicates FROM feed WHERE source = 1"), 2001);
    cr_assert_eq(ask(f.path, "SELECT last_as_of_ms FROM feed WHERE source = 1"), INT64_C(1582000000002));
}

Test(inbox, one_that_cannot_be_taken_in_spoils_no_other_and_is_kept)
{
    change(f.path, "CREATE TRIGGER bad BEFORE INSERT ON order_key WHEN NEW.order_no = 'F000013' BEGIN SELECT RAISE(ABORT, 'bad'); END");
    for (int i = 11; i < 16; i++) tell(i);
    writer_settle(f.w);
    cr_assert_eq(orders(), 4);
    cr_assert_eq(aside(), 1);
    cr_assert_eq(ask(f.path, "SELECT count(*) FROM feed_refusal WHERE code = 'not-taken-in'"), 1);
    tell(20);
    writer_settle(f.w);
    cr_assert_eq(orders(), 5, "the others go on");
    agrees();
    stop();
    change(f.path, "DROP TRIGGER bad");
    start();
    cr_assert_eq(orders(), 6, "the next start tries it again");
    cr_assert_eq(aside(), 0);
    agrees();
}

Test(inbox, one_of_a_form_that_nobody_knows_is_kept)
{
    tell(1);
    writer_settle(f.w);
    stop();
    change(f.path, "INSERT INTO feed_inbox (merchant_id, store_id, inbox_no, source, set_aside, claims) VALUES (1, 1, 5, 1, 0, x'8700'), (1, 1, 6, 77, 0, x''),"
                   " (1, 1, 7, 0, 0, x'8181ff')");
    start();
    cr_assert_eq(orders(), 1);
    cr_assert_eq(aside(), 3);
    agrees();
}

/* What a desk of form 1 accepted must be understood by every later one: order F000001 with a line, as inbox_pack wrote it. */
Test(inbox, the_form_is_frozen)
{
    static const char written[] = "818101000000000000000000000000000000874630303030303106029818ade00206029818ade0029e06029818ade0020000000000"
                                  "00e50000810081818089e6b599e6b19fe79c8182434e8086e69f90e69f90808080808080818131808083746561808181e4e4000080808080";
    char sql[2048];
    stop();
    snprintf(sql, sizeof sql, "INSERT INTO feed_inbox (merchant_id, store_id, inbox_no, source, set_aside, claims) VALUES (1, 1, 1, 1, 0, x'%s')", written);
    change(f.path, sql);
    start();
    cr_assert_eq(aside(), 0);
    cr_assert_eq(ask(f.path, "SELECT total_minor FROM orders WHERE order_no = 'F000001' AND region = '浙江省' AND placed_at_ms = 1582000000001"), 101);
    cr_assert_eq(ask(f.path, "SELECT count(*) FROM person WHERE buyer = '某某'"), 1);
    cr_assert_eq(ask(f.path, "SELECT count(*) FROM event_line WHERE title = 'tea' AND line_minor = 100"), 1);
}

Test(inbox, what_is_too_long_or_could_not_be_read_again_is_taken_in_at_once)
{
    static struct order_claim many[400];
    static char no[400][24];
    struct inbox_event e;
    for (int i = 0; i < 400; i++) {
        claim_make(&many[i], no[0], 1);
        memcpy(many[i].key.bytes, &i, sizeof i);
    }
    cr_assert(inbox_pack(FEED_NONE, many, 10, &e));
    cr_assert(!inbox_pack(FEED_NONE, many, 400, &e));
    many[1].region = TEXT("\xff");
    cr_assert(!inbox_pack(FEED_NONE, many, 2, &e));
    many[1].region = TEXT("");
    cr_assert_eq(feed_call(f.feed, many, 400), WRITER_DONE);
    cr_assert_eq(waiting(), 0);
    cr_assert_eq(orders(), 1);
}
