/* See audit_store.h. The head lives in table secret as "audit-head": 8 bytes of number, 32 of hash. */
#include "store/audit_store.h"
#include <sodium.h>
#include <stdio.h>
#include "store/db.h"

enum { HASH_BYTES = 32, HEAD_BYTES = 8 + HASH_BYTES };

struct head { int64_t seq; unsigned char hash[HASH_BYTES]; };
struct audit_row { int64_t merchant_id, seq, at_ms, user_id; struct text verb, subject, digest; };

static void put_i64(unsigned char *to, int64_t value)
{
    for (int i = 0; i < 8; i++) to[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
}

static int64_t get_i64(const unsigned char *from)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | from[i];
    return (int64_t)value;
}

static void hash_i64(crypto_generichash_state *state, int64_t value)
{
    unsigned char bytes[8];
    put_i64(bytes, value);
    crypto_generichash_update(state, bytes, sizeof bytes);
}

/* With its length in front, so that no two rows hash the same bytes. */
static void hash_text(crypto_generichash_state *state, struct text t)
{
    hash_i64(state, (int64_t)t.len);
    if (t.len > 0) crypto_generichash_update(state, (const unsigned char *)t.ptr, t.len);
}

static void row_hash(const unsigned char before[HASH_BYTES], const struct audit_row *r, unsigned char ret[HASH_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    crypto_generichash_update(&state, before, HASH_BYTES);
    hash_i64(&state, r->merchant_id);
    hash_i64(&state, r->seq);
    hash_i64(&state, r->at_ms);
    hash_i64(&state, r->user_id);
    hash_text(&state, r->verb);
    hash_text(&state, r->subject);
    hash_text(&state, r->digest);
    crypto_generichash_final(&state, ret, HASH_BYTES);
}

/* The head as it is kept; number 0 and a hash of zeros before the first row. */
static bool head_read(struct store *s, int64_t merchant_id, struct head *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT value FROM secret WHERE merchant_id = $1 AND name = 'audit-head'"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    struct head head = { 0 };
    const enum db_step step = db_step(q);
    if (step == DB_ROW) {
        const struct text value = db_blob(q, "value");
        if (value.len == HEAD_BYTES) {
            head.seq = get_i64((const unsigned char *)value.ptr);
            memcpy(head.hash, value.ptr + 8, HASH_BYTES);
        }
    }
    db_done(q);
    if (step == DB_FAILED) return false;
    *ret = head;
    return true;
}

static bool head_write(struct store *s, int64_t merchant_id, const struct head *head)
{
    unsigned char value[HEAD_BYTES];
    put_i64(value, head->seq);
    memcpy(value + 8, head->hash, HASH_BYTES);
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO secret (merchant_id, name, value) VALUES ($1, 'audit-head', $2)"
                                           " ON CONFLICT (merchant_id, name) DO UPDATE SET value = excluded.value"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_blob(q, 2, value, sizeof value);
    return db_exec(q);
}

bool audit_append(struct store *s, int64_t merchant_id, const struct audit_deed *deed)
{
    unsigned char salt[AUDIT_SALT_BYTES], digest[HASH_BYTES];
    if (deed->salt) memcpy(salt, deed->salt, sizeof salt);
    else s->env->random(s->env->ctx, salt, sizeof salt);
    crypto_generichash(digest, sizeof digest, (const unsigned char *)deed->detail.ptr, deed->detail.len, salt, sizeof salt);

    struct head head;
    if (!head_read(s, merchant_id, &head)) return false;
    const struct audit_row row = { .merchant_id = merchant_id, .seq = head.seq + 1, .at_ms = s->env->now_ms(s->env->ctx),
                                   .user_id = deed->user_id, .verb = text_from_cstr(deed->verb), .subject = deed->subject,
                                   .digest = { (const char *)digest, sizeof digest } };
    struct head next = { .seq = row.seq };
    row_hash(head.hash, &row, next.hash);

    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO audit (merchant_id, seq, at_ms, user_id, verb, subject, digest, hash)"
                                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"));
    if (!q) return false;
    db_bind_i64(q, 1, row.merchant_id);
    db_bind_i64(q, 2, row.seq);
    db_bind_i64(q, 3, row.at_ms);
    db_bind_i64(q, 4, row.user_id);
    db_bind_text(q, 5, row.verb);
    db_bind_text(q, 6, row.subject);
    db_bind_blob(q, 7, digest, sizeof digest);
    db_bind_blob(q, 8, next.hash, sizeof next.hash);
    store_touch(s, 0); /* a deed of a person or of the desk: rare, and seldom of no page */
    return db_exec(q) && head_write(s, merchant_id, &next);
}

static void broken(struct audit_report *r, int64_t seq, const char *what)
{
    r->broken_seq = seq;
    snprintf(r->what, sizeof r->what, "audit row %lld %s", (long long)seq, what);
}

/* One row of the walk; false when the chain breaks here. */
static bool walk_row(struct db_stmt *q, int64_t merchant_id, struct head *at, struct audit_report *report)
{
    const struct audit_row row = { .merchant_id = merchant_id, .seq = db_i64(q, "seq"), .at_ms = db_i64(q, "at_ms"),
                                   .user_id = db_i64(q, "user_id"), .verb = db_text(q, "verb"), .subject = db_text(q, "subject"),
                                   .digest = db_blob(q, "digest") };
    if (row.seq != at->seq + 1) {
        broken(report, at->seq + 1, "is missing");
        return false;
    }
    unsigned char hash[HASH_BYTES];
    row_hash(at->hash, &row, hash);
    const struct text stored = db_blob(q, "hash");
    if (stored.len != HASH_BYTES || memcmp(stored.ptr, hash, HASH_BYTES) != 0) {
        broken(report, row.seq, "was changed, or put in, or the row before it was");
        return false;
    }
    at->seq = row.seq;
    memcpy(at->hash, hash, HASH_BYTES);
    report->rows++;
    return true;
}

bool audit_verify(struct store *s, int64_t merchant_id, struct audit_report *ret)
{
    struct head head, at = { 0 };
    if (!head_read(s, merchant_id, &head)) return false;
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT seq, at_ms, user_id, verb, subject, digest, hash FROM audit"
                                           " WHERE merchant_id = $1 ORDER BY seq"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    struct audit_report report = { 0 };
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW && walk_row(q, merchant_id, &at, &report)) {}
    db_done(q);
    if (step == DB_FAILED) return false;
    if (report.broken_seq == 0 && at.seq < head.seq) broken(&report, at.seq + 1, "is missing at the end");
    else if (report.broken_seq == 0 && (at.seq > head.seq || memcmp(at.hash, head.hash, HASH_BYTES) != 0))
        broken(&report, at.seq, "does not end where the chain's head says");
    *ret = report;
    return true;
}
