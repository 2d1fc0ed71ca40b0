/* See ledger.h. */
#include "ledger.h"
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "store/audit_store.h"
#include "store/mark_store.h"
#include "store/verify.h"

#define FIRST_PLACED_MS INT64_C(1582000000000)

void ledger_init(struct ledger *l, const struct shop *shop)
{
    const struct shop kept = *shop; /* it may be the ledger's own */
    memset(l, 0, sizeof *l);
    l->shop = kept;
}

int ledger_state(const struct ledger *l, int order, enum op_kind kind) { return atomic_load(&l->state[order][kind]); }

static int64_t placed_at(int order) { return FIRST_PLACED_MS + order * INT64_C(600000); }
static int64_t total_of(int order) { return 1000 + order * 7; }

static struct text number_of(int order, char buf[16])
{
    const int n = snprintf(buf, 16, "P%06d", order);
    return (struct text){ buf, (size_t)n };
}

static struct order_claim claim_of(int order, int part, struct text no)
{
    const bool pay = part == 2;
    struct order_claim c = {
        .order_no = no, .as_of_ms = placed_at(order) + (pay ? 60000 : 1000), .rank = SOURCE_API,
        .placed_at_ms = placed_at(order), .paid_at_ms = pay ? placed_at(order) + 30000 : CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE,
        .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE,
        .total_minor = total_of(order), .paid_minor = pay ? total_of(order) : CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 3, .balance_minor = CLAIM_NONE,
        .status = pay ? STATUS_PAID : STATUS_UNPAID, .pay_kind = PAY_ONLINE, .region = TEXT("浙江省"), .country = TEXT("CN"),
        .customer_id = CLAIM_NONE, .person = { .buyer = no }, .has_line = !pay,
    };
    memcpy(c.key.bytes, &order, sizeof order);
    memcpy(c.key.bytes + 8, &part, sizeof part);
    c.line = (struct line_claim){ .sub_no = part == 0 ? TEXT("1") : TEXT("2"), .sku_code = part == 0 ? TEXT("TEA-1") : TEXT("TEA-2"),
                                  .title = TEXT("tea"), .occurrence = 1, .pieces = part + 1, .unit_minor = 500, .line_minor = 500 * (part + 1),
                                  .refund_minor = CLAIM_NONE, .extra_minor = CLAIM_NONE };
    return c;
}

static void claims_make(struct op *op)
{
    const struct text number = number_of(op->order, op->no);
    op->claims[0] = claim_of(op->order, op->kind == OP_PAY ? 2 : 0, number);
    op->claim_count = 1;
    if (op->kind == OP_ORDER) op->claims[op->claim_count++] = claim_of(op->order, 1, number);
}

static bool apply(struct store *s, const struct op *op)
{
    struct apply_tally tally = { 0 };
    struct apply_session *a = apply_session_create(s, &op->ledger->shop, 0);
    const bool ok = a && apply_claims(a, op->claims, op->claim_count, &tally) && apply_flush(a);
    if (a) apply_session_free(a);
    return ok;
}

static bool op_run(struct store *s, void *arg)
{
    const struct op *op = arg;
    char no[16];
    bool ok;
    if (op->kind == OP_MARK) {
        const struct mark_new m = { number_of(op->order, no), 1, MARK_SKIPPED, TEXT("because"), 0 };
        ok = mark_set(s, &op->ledger->shop, &m) == MARK_OK;
    } else {
        ok = apply(s, op);
    }
    return ok && !op->refuse;
}

/* On the writer's thread: from here on the client knows. */
static void op_done(void *arg, enum writer_result r)
{
    const struct op *op = arg;
    enum op_state state = OP_UNKNOWN;
    switch (r) {
    case WRITER_DONE: state = OP_OK; break;
    case WRITER_REFUSED:
    case WRITER_FULL:
    case WRITER_STOPPED: state = OP_FAILED; break;
    case WRITER_FAILED: state = OP_UNKNOWN; break;
    }
    atomic_store(&op->ledger->state[op->order][op->kind], state);
    atomic_fetch_add(&op->ledger->by_result[r], 1);
    atomic_fetch_sub(&op->ledger->open, 1);
}

bool ledger_post(struct ledger *l, struct writer *w, int order, enum op_kind kind, bool refuse)
{
    struct op *op = &l->ops[order][kind];
    *op = (struct op){ .ledger = l, .order = order, .kind = kind, .refuse = refuse };
    claims_make(op);
    atomic_store(&l->state[order][kind], OP_INVOKED);
    atomic_fetch_add(&l->open, 1);
    op->event = (struct feed_event){ .claims = op->claims, .n = op->claim_count, .done = op_done, .arg = op };
    const bool feeds = l->feed && kind != OP_MARK && !refuse && order % 2;
    if (order % 5 < 2) { /* by one who waits for the answer: alone, it is its own writer (desk/writer.h, writer_sit) */
        op_done(op, feeds ? feed_call(l->feed, op->claims, op->claim_count) : writer_call(w, op_run, op));
        return true;
    }
    if (feeds ? feed_post(l->feed, &op->event) : writer_post(w, &(struct writer_request){ op_run, op_done, op })) return true;
    atomic_store(&l->state[order][kind], OP_NONE);
    atomic_fetch_sub(&l->open, 1);
    return false;
}

void ledger_wait(struct ledger *l)
{
    for (int i = 0; atomic_load(&l->open) > 0; i++)
        if (i > 100) usleep(50);
}

/* ---- does a database agree? ---- */

static bool disagree(struct ledger_report *r, int order, const char *what)
{
    snprintf(r->what, sizeof r->what, "order P%06d: %s", order, what);
    return false;
}

static bool failed_to_read(struct ledger_report *r, struct store *s)
{
    snprintf(r->what, sizeof r->what, "the database cannot be read: %s", db_error_message(s->db));
    return false;
}

/* There once where it must be, absent where it must be. */
static bool fits(int state, bool there)
{
    return state == OP_OK ? there : state == OP_NONE || state == OP_FAILED ? !there : true;
}

static bool order_agrees(const struct ledger *l, struct db_stmt *q, int order, struct ledger_report *r)
{
    const bool paid = db_i64(q, "paid_at_ms") != CLAIM_NONE;
    const int64_t marks = db_i64(q, "marks");
    if (!fits(ledger_state(l, order, OP_ORDER), true)) return disagree(r, order, "is there and was never acknowledged, or was refused");
    if (!fits(ledger_state(l, order, OP_PAY), paid)) return disagree(r, order, paid ? "is paid and must not be" : "lost its acknowledged payment");
    if (!fits(ledger_state(l, order, OP_MARK), marks == 1)) return disagree(r, order, marks ? "is marked and must not be" : "lost its acknowledged mark");
    if (marks > 1) return disagree(r, order, "is marked twice");
    if (db_i64(q, "total_minor") != total_of(order)) return disagree(r, order, "has another amount");
    if (db_i64(q, "lines") != 2) return disagree(r, order, "has not its two lines");
    if (db_i64(q, "events") != 2 + (paid ? 1 : 0)) return disagree(r, order, "has not each event once");
    return true;
}

static bool orders_agree(const struct ledger *l, struct store *s, bool *seen, struct ledger_report *r)
{
    struct db_stmt *q = db_stmt(s->db, "SELECT o.order_no, o.total_minor, o.paid_at_ms,"
        " (SELECT count(*) FROM order_line l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.order_id) AS lines,"
        " (SELECT count(*) FROM event e WHERE e.merchant_id = o.merchant_id AND e.order_id = o.order_id) AS events,"
        " (SELECT count(*) FROM reminder_mark m WHERE m.merchant_id = o.merchant_id AND m.order_id = o.order_id) AS marks"
        " FROM orders o WHERE o.merchant_id = 1");
    if (!q) return failed_to_read(r, s);
    bool ok = true;
    enum db_step step = DB_DONE;
    while (ok && (step = db_step(q)) == DB_ROW) {
        const struct text no = db_text(q, "order_no");
        int64_t order;
        if (no.len != 7 || no.ptr[0] != 'P') {
            r->file_rows++;
            continue;
        }
        ok = text_to_i64((struct text){ no.ptr + 1, 6 }, &order) && order < LEDGER_ORDERS && !seen[order] && order_agrees(l, q, (int)order, r);
        if (ok) seen[order] = true;
        r->ledger_orders++;
    }
    db_done(q);
    return step == DB_FAILED ? failed_to_read(r, s) : ok;
}

static bool faults_count(struct store *s, struct ledger_report *r)
{
    struct db_stmt *q = db_stmt(s->db, "SELECT count(*) AS n FROM quarantine");
    if (!q || db_step(q) != DB_ROW) return failed_to_read(r, s);
    r->file_rows += db_i64(q, "n");
    db_done(q);
    return true;
}

bool ledger_agrees(const struct ledger *l, struct store *s, struct ledger_report *r)
{
    static _Thread_local bool seen[LEDGER_ORDERS];
    memset(seen, 0, sizeof seen);
    *r = (struct ledger_report){ 0 };
    if (!orders_agree(l, s, seen, r)) {
        if (r->what[0] == '\0') snprintf(r->what, sizeof r->what, "an order is there twice, or with a number that nobody gave it");
        return false;
    }
    for (int i = 0; i < LEDGER_ORDERS; i++)
        if (!seen[i] && ledger_state(l, i, OP_ORDER) == OP_OK) return disagree(r, i, "was acknowledged and is lost");
    return faults_count(s, r);
}

/* One row of two figures that must be equal. */
static bool equal_figures(struct store *s, const char *sql, const char *what, struct ledger_report *r)
{
    struct db_stmt *q = db_stmt(s->db, sql);
    if (!q || db_step(q) != DB_ROW) return failed_to_read(r, s);
    const int64_t kept = db_i64(q, "kept"), again = db_i64(q, "again");
    db_done(q);
    if (kept == again) return true;
    snprintf(r->what, sizeof r->what, "%s: kept %" PRId64 ", computed again %" PRId64, what, kept, again);
    return false;
}

static void finding(void *ctx, const char *what)
{
    struct ledger_report *r = ctx;
    if (r->what[0] == '\0') snprintf(r->what, sizeof r->what, "integrity: %s", what);
}

bool derived_agrees(struct store *s, struct ledger_report *r)
{
    struct audit_report audit;
    r->what[0] = '\0';
    if (!db_check(s->db, finding, r)) return failed_to_read(r, s);
    if (r->what[0]) return false;
    if (!audit_verify(s, 1, &audit)) return failed_to_read(r, s);
    if (audit.broken_seq) {
        snprintf(r->what, sizeof r->what, "%s", audit.what);
        return false;
    }
    return equal_figures(s, "SELECT (SELECT COALESCE(SUM(orders), 0) FROM counter_hour) AS kept, (SELECT count(*) FROM orders WHERE placed_at_ms IS NOT NULL) AS again",
                         "orders by hour", r) &&
           equal_figures(s, "SELECT (SELECT COALESCE(SUM(total_minor), 0) FROM counter_hour) AS kept,"
                            " (SELECT COALESCE(SUM(total_minor), 0) FROM orders WHERE placed_at_ms IS NOT NULL) AS again", "amounts by hour", r) &&
           equal_figures(s, "SELECT (SELECT COALESCE(SUM(paid_minor), 0) FROM counter_hour) AS kept, (SELECT COALESCE(SUM(paid_minor), 0) FROM orders"
                            " WHERE placed_at_ms IS NOT NULL AND paid_at_ms IS NOT NULL) AS again", "payments by hour", r) &&
           equal_figures(s, "SELECT (SELECT COALESCE(SUM(reserved), 0) FROM counter_product_day) AS kept, (SELECT COALESCE(SUM(l.pieces), 0) FROM order_line l"
                            " JOIN orders o ON o.merchant_id = l.merchant_id AND o.order_id = l.order_id WHERE o.pick_until_ms = 9223372036854775807)"
                            " AS again", "reserved pieces", r) &&
           equal_figures(s, "SELECT (SELECT count(*) FROM order_key) AS kept, (SELECT count(*) FROM orders) AS again", "numbers of orders", r);
}

bool verify_agrees(struct store *s, struct ledger_report *r)
{
    static _Thread_local struct verify_report v;
    if (!store_verify(s, &v, NULL, NULL)) return failed_to_read(r, s);
    if (v.disagreements == 0) return true;
    const struct verify_finding *f = &v.findings[0];
    snprintf(r->what, sizeof r->what, "verify: %s %s %s: expected %s, found %s", f->table, f->key, f->column, f->expected, f->found);
    return false;
}
