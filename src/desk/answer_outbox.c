/* See outbox.h. */
#include "desk/outbox.h"
#include <inttypes.h>
#include <stdio.h>
#include "channel/channel.h"
#include "core/run/reminder_plan.h"
#include "desk/answer_json.h"
#include "desk/desk.h"
#include "desk/text_pick.h"
#include "store/channel_store.h"
#include "store/outbox_store.h"

enum { COUNT_MAX = 1000000, CURSOR_BYTES = 64 };

/* ---- why ---- */

/* Rules of the ledger itself; those of the policy and the plan have their own tables. */
static const struct { const char *rule, *en, *zh; } own_rules[] = {
    { "planned", "Not decided yet.", "尚未判断。" },
    { "by-hand", "This wave is written by a person, by chat.", "这一次由人工在聊天中催付。" },
    { "no-address", "The order tells no number or address to send to.", "订单里没有可用的手机号或邮箱。" },
    { "no-text", "No text can be said truly now; it is tried again later.", "目前没有可如实使用的话术，稍后再试。" },
    { "gone", "The order is gone with the undo of an import.", "订单已随导入撤销而消失。" },
    { "switched-off", "Reminders by this channel were switched off.", "该渠道的自动催付已关闭。" },
    { "tries-over", "It was tried as often as it may be.", "已达到最多尝试次数。" },
    { "rejected", "The other side does not take it.", "对方拒收。" },
    { "undelivered", "The gateway reports that it did not arrive.", "网关回执说明未送达。" },
    { "arrived", "Somebody has said that it arrived.", "已确认送达。" },
    { "again", "Somebody has asked for it to be sent again.", "已由人工要求重新发送。" },
};

static bool own_rule(struct text word, struct reason *ret)
{
    for (size_t i = 0; i < sizeof own_rules / sizeof own_rules[0]; i++)
        if (text_is(word, own_rules[i].rule)) {
            *ret = (struct reason){ own_rules[i].rule, text_from_cstr(own_rules[i].en), text_from_cstr(own_rules[i].zh) };
            return true;
        }
    return false;
}

static struct reason why_of(const char *rule)
{
    const struct text word = text_from_cstr(rule);
    struct reason own;
    if (own_rule(word, &own)) return own;
    for (int i = 1; i < PLAN_RULE_COUNT; i++) {
        const struct plan_rule_row *r = plan_rule_row((enum plan_rule)i);
        if (text_is(word, r->word)) return (struct reason){ r->word, r->what_en, r->what_zh };
    }
    for (int i = 0; i < CONTACT_RULE_COUNT; i++) {
        const struct contact_rule_row *r = contact_rule_at(i);
        if (text_is(word, r->word)) return (struct reason){ r->word, r->what_en, r->what_zh };
    }
    return (struct reason){ "", TEXT_NONE, TEXT_NONE };
}

/* What became of the last try: a word of the channel's, of the sender's, or, where there was nothing to send, why not (outbox_words.h). */
static json_t *code_json(struct text code)
{
    static const struct { const char *code, *en, *zh; } senders[] = {
        { "stopped", "The desk stopped while it was being sent.", "发送过程中掌柜停止运行。" },
        { "restored", "A copy was restored: nobody knows whether it was sent since the copy was made.", "数据由备份恢复，无法确定备份之后是否已发送。" },
        { "late", "Its sending did not begin in time; it is decided again.", "未能及时开始发送，重新判断。" } };
    const char *en = channel_code_text(code, false), *zh = channel_code_text(code, true);
    struct reason own;
    if (text_empty(code)) return json_null();
    for (size_t i = 0; i < sizeof senders / sizeof senders[0]; i++)
        if (text_is(code, senders[i].code)) en = senders[i].en, zh = senders[i].zh;
    if (!en && own_rule(code, &own)) en = own.en.ptr, zh = own.zh.ptr;
    return json_pack("{s:s%, s:s?, s:s?}", "code", code.ptr, code.len, "en", en, "zh", zh);
}

/* ---- rows ---- */

struct listing { struct answer *w; json_t *rows; const struct outbox_ask *o; int n; struct outbox_row last; };

static bool list_one(void *ctx, const struct outbox_line *l)
{
    struct listing *k = ctx;
    struct answer *w = k->w;
    json_t *o = json_object();
    const struct reason why = why_of(l->row.rule);
    put(w, o, "order", json_text(l->order_no));
    put(w, o, "wave", json_integer(l->row.key.wave));
    put(w, o, "state", json_string(outbox_state_word(l->row.state)));
    put(w, o, "state_text", json_words(outbox_state_text(l->row.state, false), outbox_state_text(l->row.state, true)));
    put(w, o, "channel", l->row.channel == CHANNEL_NONE ? json_null() : json_string(channel_word(l->row.channel)));
    put(w, o, "due_at", json_instant(w, l->row.due_at_ms));
    put(w, o, "at", json_instant(w, l->row.at_ms));
    put(w, o, "leased_at", json_instant(w, l->row.leased_at_ms));
    put(w, o, "sent_at", json_instant(w, l->row.sent_at_ms));
    put(w, o, "tries", json_integer(l->row.tries));
    put(w, o, "reason", json_reason(&why));
    put(w, o, "code", code_json(l->code));
    put(w, o, "text", json_text(text_code_of(l->text_key)));
    put(w, o, "report", l->report == 1 ? json_string("arrived") : l->report == 2 ? json_string("not-arrived") : json_null());
    put(w, o, "crossed", json_boolean(l->crossed));
    put(w, o, "amount", json_money(w, l->total_minor));
    push(w, k->rows, o);
    k->n++;
    k->last = l->row;
    return !w->failed;
}

static bool cursor_read(struct text t, struct outbox_filter *f)
{
    int64_t numbers[3];
    for (int i = 0; i < 3; i++) {
        size_t n = 0;
        while (n < t.len && t.ptr[n] != '.') n++;
        if (!text_to_i64((struct text){ t.ptr, n }, &numbers[i])) return false;
        t = n < t.len ? (struct text){ t.ptr + n + 1, t.len - n - 1 } : TEXT_NONE;
    }
    if (numbers[2] < 0 || numbers[2] > OUTBOX_WAVE_LAST) return false;
    f->before_ms = numbers[0];
    f->before_order = numbers[1];
    f->before_wave = (int)numbers[2];
    return t.len == 0;
}

static struct outbox_filter filter_of(enum outbox_state state, int limit)
{
    const bool waits = outbox_waits(state);
    return (struct outbox_filter){ state, waits ? INSTANT_NONE : INSTANT_MAX, waits ? 0 : INT64_MAX, waits ? 0 : OUTBOX_WAVE_LAST + 1, limit };
}

static void list_all(struct answer *w, struct listing *k)
{
    static const struct { enum outbox_state state; int limit; } parts[] = { { OUTBOX_UNKNOWN, 60 }, { OUTBOX_LEASED, 10 }, { OUTBOX_FAILED, 30 }, { OUTBOX_PLANNED, 30 },
                                                                            { OUTBOX_SENT, 40 }, { OUTBOX_DROPPED, 30 } };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !w->failed; i++) {
        const struct outbox_filter f = filter_of(parts[i].state, parts[i].limit);
        if (!outbox_list(w->ask->store, w->ask->shop, &f, list_one, k)) w->failed = true;
    }
}

/* False: the cursor is none. */
static bool list_state(struct answer *w, struct listing *k, json_t *o)
{
    const struct outbox_ask *q = k->o;
    struct outbox_filter f = filter_of(q->state, q->limit);
    char next[CURSOR_BYTES];
    if (!text_empty(q->after) && !cursor_read(q->after, &f)) return false;
    if (!outbox_list(w->ask->store, w->ask->shop, &f, list_one, k)) w->failed = true;
    const int64_t at_ms = outbox_waits(q->state) ? k->last.due_at_ms : k->last.at_ms;
    snprintf(next, sizeof next, "%" PRId64 ".%" PRId64 ".%d", at_ms, k->last.key.order_id, k->last.key.wave);
    if (k->n == q->limit) put(w, o, "next", json_string(next));
    return true;
}

/* ---- the head ---- */

static void put_channels(struct answer *w, json_t *o)
{
    struct channel_row rows[CHANNEL_ROWS_MAX];
    unsigned on = 0;
    const int n = channel_list(w->ask->store, w->ask->shop, rows);
    json_t *names = json_array(), *connected = json_array();
    if (n < 0 || !outbox_switches(w->ask->store, w->ask->shop, &on)) w->failed = true;
    for (enum channel c = CHANNEL_CHAT; c <= CHANNEL_DIRECTORY; c++) {
        bool there = false;
        if (!(on >> c & 1u)) continue;
        push(w, names, json_string(channel_word(c)));
        for (int i = 0; i < n; i++) there = there || rows[i].carries == c;
        if (there) push(w, connected, json_string(channel_word(c)));
    }
    put(w, o, "on", names);
    put(w, o, "connected", connected);
}

static void put_counts(struct answer *w, json_t *o)
{
    int64_t counts[OUTBOX_STATE_COUNT];
    json_t *by_state = json_object();
    if (!outbox_counts_by_state(w->ask->store, w->ask->shop, COUNT_MAX, counts)) w->failed = true;
    for (int s = OUTBOX_PLANNED; s < OUTBOX_STATE_COUNT && !w->failed; s++) put(w, by_state, outbox_state_word((enum outbox_state)s), json_integer(counts[s]));
    put(w, o, "counts", by_state);
}

json_t *answer_outbox(const struct answer_ask *q, const struct outbox_ask *ask, enum answer_error *ret_error)
{
    struct answer w;
    struct listing k = { .w = &w, .rows = json_array(), .o = ask };
    json_t *o = json_object();
    bool good = true;
    if (!answer_begin(&w, q)) w.failed = true;
    put(&w, o, "at", json_instant(&w, q->now_ms));
    put_channels(&w, o);
    put_counts(&w, o);
    put(&w, o, "next", json_null());
    if (ask->state == OUTBOX_NONE) list_all(&w, &k);
    else good = list_state(&w, &k, o);
    put(&w, o, "rows", k.rows);
    o = answer_end(&w, o, ret_error);
    if (good || !o) return o;
    json_decref(o);
    *ret_error = ANSWER_BAD_CURSOR;
    return NULL;
}

/* ---- a person's word ---- */

struct resolve_call { const struct outbox_resolve_ask *ask; enum shop_result shop_found; bool found, done; };

static bool resolve_run(struct store *s, void *arg)
{
    struct resolve_call *c = arg;
    struct shop shop;
    struct outbox_key key;
    c->found = c->done = false;
    c->shop_found = shop_find(s, c->ask->store, &shop);
    if (c->shop_found != SHOP_OK || !outbox_find(s, &shop, c->ask->order_no, c->ask->wave, &key, &c->found) || !c->found) return false;
    if (!outbox_resolve(s, &shop, key, c->ask->again ? OUTBOX_AGAIN : OUTBOX_ARRIVED, c->ask->user_id, &c->done) || !c->done) return false;
    store_touch(s, shop.store_id);
    return true;
}

enum desk_result desk_outbox_resolve(struct desk *d, const struct outbox_resolve_ask *ask, struct desk_message *ret)
{
    struct resolve_call c = { .ask = ask };
    if (!d->writer) return remote_outbox_resolve(d, ask, ret);
    const enum writer_result r = writer_call(d->writer, resolve_run, &c);
    if (r == WRITER_REFUSED && c.shop_found == SHOP_NONE) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    else if (r == WRITER_REFUSED && !c.found) message_set(ret, "no-message", "There is no message about this order in this wave.", "这个订单在这一次没有消息。");
    else if (r == WRITER_REFUSED)
        message_set(ret, "not-unknown", "This message is not unknown any more, or a later one has gone out since: nothing was changed.",
                    "这条消息的结果已经明确，或之后已发出下一次：没有任何改动。");
    return message_of_writer(ret, r);
}
