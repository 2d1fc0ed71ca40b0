/* See policy_store.h. */
#include "store/policy_store.h"
#include <inttypes.h>
#include <stdio.h>
#include "store/audit_store.h"
#include "store/holdout_store.h"
#include "store/outbox_store.h"

bool policy_load(struct store *s, const struct shop *shop, struct policy *ret)
{
    struct policy p = policy_defaults();
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT name, value FROM policy_term WHERE merchant_id = $1 AND store_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    enum db_step step;
    while ((step = db_step(q)) == DB_ROW) (void)policy_change(&p, db_text(q, "name"), db_i64(q, "value"));
    db_done(q);
    if (step == DB_FAILED) return false;
    *ret = p;
    return true;
}

/* The term's default; false when there is no such term. */
static bool default_of(struct text name, int64_t *ret)
{
    struct policy_row rows[POLICY_ROWS_MAX];
    const struct policy p = policy_defaults();
    const int n = policy_rows(&p, rows, POLICY_ROWS_MAX);
    for (int i = 0; i < n; i++) {
        if (!text_is(name, rows[i].name)) continue;
        *ret = rows[i].value;
        return true;
    }
    return false;
}

static bool term_write(struct store *s, const struct shop *shop, const struct policy_value *v)
{
    struct db_stmt *q = v->reset
        ? db_stmt(s->db, SQL("DELETE FROM policy_term WHERE merchant_id = $1 AND store_id = $2 AND name = $3"))
        : db_stmt(s->db, SQL("INSERT INTO policy_term (merchant_id, store_id, name, value) VALUES ($1, $2, $3, $4)"
                             " ON CONFLICT (merchant_id, store_id, name) DO UPDATE SET value = excluded.value"));
    if (!q) return false;
    db_bind_i64(q, 1, shop->merchant_id);
    db_bind_i64(q, 2, shop->store_id);
    db_bind_text(q, 3, v->name);
    if (!v->reset) db_bind_i64(q, 4, v->value);
    return db_exec(q);
}

static bool term_note(struct store *s, const struct shop *shop, const struct policy_value *v, int64_t value, int64_t user_id)
{
    char subject[160];
    const int n = snprintf(subject, sizeof subject, "store %" PRId64 " %.*s = %" PRId64 "%s", shop->store_id, (int)v->name.len, v->name.ptr, value,
                           v->reset ? " (default)" : "");
    const struct text t = { subject, (size_t)n < sizeof subject ? (size_t)n : sizeof subject - 1 };
    return audit_append(s, shop->merchant_id, &(struct audit_deed){ .user_id = user_id, .verb = "policy-set", .subject = t, .detail = t });
}

enum policy_put_result policy_put(struct store *s, const struct shop *shop, const struct policy_value *values, int n, int64_t user_id,
                                  struct policy_refused *ret)
{
    struct policy p;
    if (!policy_load(s, shop, &p)) return POLICY_PUT_FAILED;
    outbox_switched(s);
    for (int i = 0; i < n; i++) {
        int64_t value = values[i].value;
        *ret = (struct policy_refused){ .change = POLICY_NO_SUCH_TERM, .at = i };
        if (values[i].reset && !default_of(values[i].name, &value)) return POLICY_PUT_REFUSED;
        ret->change = policy_change(&p, values[i].name, value);
        if (ret->change != POLICY_CHANGED) return POLICY_PUT_REFUSED;
        if (!term_write(s, shop, &values[i]) || !term_note(s, shop, &values[i], value, user_id)) return POLICY_PUT_FAILED;
    }
    *ret = (struct policy_refused){ .change = POLICY_CHANGED, .at = -1 };
    if (!policy_sound(&p, &ret->reason)) return POLICY_PUT_REFUSED;
    return holdout_settle(s, shop) ? POLICY_PUT_OK : POLICY_PUT_FAILED;
}
