/* Changing the terms of the contact policy: checked and written by the writer, all of them or none. */
#include <inttypes.h>
#include <stdio.h>
#include "desk/desk.h"
#include "store/policy_store.h"

struct policy_call {
    const struct policy_ask *ask;
    enum shop_result found;
    struct policy_refused refused;
    enum policy_put_result result;
};

static bool policy_run(struct store *s, void *arg)
{
    struct policy_call *c = arg;
    struct shop shop;
    c->result = POLICY_PUT_FAILED;
    c->found = shop_find(s, c->ask->store, &shop);
    if (c->found != SHOP_OK) return false;
    c->result = policy_put(s, &shop, c->ask->values, c->ask->count, c->ask->user_id, &c->refused);
    return c->result == POLICY_PUT_OK;
}

static void refused_message(const struct policy_call *c, struct desk_message *m)
{
    const struct policy_refused *r = &c->refused;
    const struct policy_value *v = r->at >= 0 ? &c->ask->values[r->at] : NULL;
    struct policy_row rows[POLICY_ROWS_MAX];
    const struct policy p = policy_defaults();
    const int n = policy_rows(&p, rows, POLICY_ROWS_MAX);
    if (!v) {
        snprintf(m->code, sizeof m->code, "policy-%s", r->reason.rule);
        text_copy(m->en, sizeof m->en, r->reason.en);
        text_copy(m->zh, sizeof m->zh, r->reason.zh);
        return;
    }
    const int len = v->name.len < 64 ? (int)v->name.len : 64;
    for (int i = 0; i < n; i++)
        if (text_is(v->name, rows[i].name)) {
            message_set(m, "policy-bounds", "%s may be %" PRId64 " to %" PRId64 " (%s); nothing was changed.", "%s 可设为 %" PRId64 " 到 %" PRId64 "（%s）；没有任何改动。",
                        rows[i].name, rows[i].min, rows[i].max, rows[i].unit);
            return;
        }
    message_set(m, "policy-term", "There is no rule \"%.*s\"; zhanggui policy show lists them.", "没有规则“%.*s”；zhanggui policy show 会列出全部。", len,
                v->name.ptr ? v->name.ptr : "");
}

enum desk_result desk_policy_set(struct desk *d, const struct policy_ask *ask, struct desk_message *ret)
{
    if (!d->writer) return remote_policy_set(d, ask, ret);
    struct policy_call c = { .ask = ask };
    const enum writer_result r = writer_call(d->writer, policy_run, &c);
    if (r == WRITER_REFUSED && c.found == SHOP_NONE) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    else if (r == WRITER_REFUSED) refused_message(&c, ret);
    return message_of_writer(ret, r);
}
