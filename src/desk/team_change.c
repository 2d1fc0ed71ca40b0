/* See team_change.h: reading a change, one function an op; then the one write. */
#include "desk/team_change.h"
#include <stdio.h>
#include <string.h>
#include "desk/answer.h"
#include "desk/desk.h"
#include "store/agent_store.h"
#include "store/query_team.h"

struct change {
    struct store *s;
    const struct shop *shop;
    const struct team_ask *ask;
    struct agent_books *books;
    struct arena *arena;
    json_t *o;                       /* the change at hand */
};

static struct text text_at(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
}

static int64_t number_at(const json_t *o, const char *key, int64_t none)
{
    const json_t *v = json_object_get(o, key);
    return json_is_integer(v) ? json_integer_value(v) : none;
}

/* "agent": N, or "of": a name; 0: nobody of the team. */
static int64_t whom(const struct change *c)
{
    const struct text of = text_at(c->o, "of");
    const struct agent *g = text_empty(of) ? agent_of(c->books, number_at(c->o, "agent", 0)) : agent_named(c->books, of);
    return g ? g->agent_id : 0;
}

/* [9, 10] -> bits; false on anything else. */
static bool hours_of(const json_t *list, uint32_t *ret)
{
    size_t i;
    json_t *v;
    *ret = 0;
    if (!json_is_array(list)) return false;
    json_array_foreach((json_t *)list, i, v) {
        if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > 23) return false;
        *ret |= 1u << json_integer_value(v);
    }
    return true;
}

/* ---- the ops ---- */

static bool nicks_of(const struct change *c, struct text *nicks, int *ret_n)
{
    const json_t *list = json_object_get(c->o, "nicks");
    size_t i;
    json_t *v;
    *ret_n = 0;
    if (list && !json_is_array(list)) return false;
    json_array_foreach((json_t *)list, i, v) {
        if (!json_is_string(v) || *ret_n == AGENT_NICKS_MAX) return false;
        nicks[(*ret_n)++] = (struct text){ json_string_value(v), json_string_length(v) };
    }
    return true;
}

/* A field that is absent stays as it is. */
static enum agent_result op_agent(struct change *c)
{
    struct text nicks[AGENT_NICKS_MAX];
    struct agent_put p = { .kind = AGENT_SERVICE };
    const bool is_new = !json_object_get(c->o, "agent") && !json_object_get(c->o, "of");
    const struct agent *had = is_new ? NULL : agent_of(c->books, whom(c));
    const struct text kind = text_at(c->o, "kind");
    const json_t *limit = json_object_get(c->o, "limit"), *account = json_object_get(c->o, "account"), *left = json_object_get(c->o, "left");
    int64_t id;
    if (!is_new && !had) return AGENT_NONE;
    if (had) p = (struct agent_put){ had->agent_id, had->user_id, had->name, had->kind, had->chats_max, had->left, had->nicks, had->nick_count };
    if (json_object_get(c->o, "name")) p.name = text_at(c->o, "name");
    if (json_object_get(c->o, "kind") && !agent_kind_parse(kind, &p.kind)) return AGENT_BAD;
    if (limit && !json_is_null(limit) && (!json_is_integer(limit) || json_integer_value(limit) < 1 || json_integer_value(limit) > AGENT_CHATS_LIMIT)) return AGENT_BAD;
    if (limit) p.chats_max = json_is_null(limit) ? 0 : (int)json_integer_value(limit);
    if (account && !json_is_null(account) && (!json_is_integer(account) || json_integer_value(account) < 1)) return AGENT_BAD;
    if (account) p.user_id = json_is_null(account) ? 0 : json_integer_value(account);
    if (left && !json_is_boolean(left)) return AGENT_BAD;
    if (left) p.left = json_is_true(left);
    if (json_object_get(c->o, "nicks")) {
        if (!nicks_of(c, nicks, &p.nick_count)) return AGENT_BAD;
        p.nicks = nicks;
    }
    return agent_put(c->s, c->shop->merchant_id, &p, c->ask->user_id, &id);
}

static enum agent_result op_week(struct change *c)
{
    uint32_t hours;
    const int64_t weekday = number_at(c->o, "weekday", -1);
    if (weekday < 0 || weekday >= SHIFT_WEEK_DAYS || !hours_of(json_object_get(c->o, "hours"), &hours)) return AGENT_BAD;
    return agent_week_put(c->s, c->shop->merchant_id, whom(c), (int)weekday, hours, c->ask->user_id);
}

static enum agent_result op_day(struct change *c)
{
    const json_t *list = json_object_get(c->o, "hours");
    struct agent_day_put p = { .agent_id = whom(c), .whole = json_is_null(list) };
    if (!answer_day_parse(text_at(c->o, "day"), &p.day) || (!p.whole && !hours_of(list, &p.hours))) return AGENT_BAD;
    return agent_day_put(c->s, c->shop->merchant_id, &p, c->ask->user_id);
}

static enum agent_result op_rota(struct change *c)
{
    const int64_t hour = number_at(c->o, "hour", -1);
    const bool nobody = json_is_null(json_object_get(c->o, "agent"));
    if (hour < 0 || hour >= ROTA_HOURS) return AGENT_BAD;
    const int64_t to = nobody ? 0 : whom(c);
    if (!nobody && to == 0) return AGENT_NONE;
    return agent_rota_put(c->s, c->shop->merchant_id, (int)hour, to, c->ask->user_id);
}

static enum agent_result op_away(struct change *c)
{
    const json_t *from = json_object_get(c->o, "from"), *until = json_object_get(c->o, "until");
    struct agent_absence x = { .agent_id = whom(c), .from_ms = c->s->env->now_ms(c->s->env->ctx), .until_ms = INSTANT_MAX, .why = ABSENCE_OTHER };
    if (from && !json_is_null(from) && !instant_parse(text_at(c->o, "from"), &x.from_ms)) return AGENT_BAD;
    if (until && !json_is_null(until) && !instant_parse(text_at(c->o, "until"), &x.until_ms)) return AGENT_BAD;
    if (json_object_get(c->o, "why") && !absence_parse(text_at(c->o, "why"), &x.why)) return AGENT_BAD;
    return agent_absence_add(c->s, c->shop->merchant_id, &x, c->ask->user_id);
}

/* By the number of an absence, or of somebody: what keeps them away now. */
static int64_t absence_at_hand(struct change *c)
{
    const int64_t given = number_at(c->o, "absence", 0), agent_id = given ? 0 : whom(c), now_ms = c->s->env->now_ms(c->s->env->ctx);
    for (int i = 0; agent_id && i < c->books->absence_count; i++) {
        const struct agent_absence *x = &c->books->absences[i];
        if (x->agent_id == agent_id && x->from_ms <= now_ms && x->until_ms > now_ms) return x->absence_id;
    }
    return given;
}

static enum agent_result op_back(struct change *c)
{
    return agent_absence_end(c->s, c->shop->merchant_id, absence_at_hand(c), c->s->env->now_ms(c->s->env->ctx), c->ask->user_id);
}

/* People of a staff file, each under the name that the file gives: shifts and chats of files name them so. */
static enum agent_result op_take(struct change *c)
{
    const json_t *names = json_object_get(c->o, "names");
    struct listed_staff *listed;
    int64_t n, id;
    size_t i;
    json_t *v;
    if (!json_is_array(names)) return AGENT_BAD;
    if (!query_staff(c->s, c->shop, c->arena, zone_day(c->shop->zone, c->s->env->now_ms(c->s->env->ctx)), &listed, &n)) return AGENT_FAILED;
    json_array_foreach((json_t *)names, i, v) {
        const struct text name = json_is_string(v) ? (struct text){ json_string_value(v), json_string_length(v) } : TEXT_NONE;
        int64_t k = 0;
        while (k < n && !text_eq(listed[k].staff, name)) k++;
        if (k == n) return AGENT_NONE;
        struct agent_put p = { .name = name, .kind = AGENT_SERVICE };
        if (text_contains(listed[k].role, TEXT("催付")) || text_contains(listed[k].role, TEXT("eminder"))) p.kind = AGENT_SPECIALIST;
        if (listed[k].chats_at_once > 0 && listed[k].chats_at_once <= AGENT_CHATS_LIMIT) p.chats_max = (int)listed[k].chats_at_once;
        const enum agent_result r = agent_put(c->s, c->shop->merchant_id, &p, c->ask->user_id, &id);
        if (r != AGENT_OK) return r;
    }
    return AGENT_OK;
}

static const struct op { const char *word; enum agent_result (*run)(struct change *c); bool by_self; } ops[] = {
    { "agent", op_agent, false }, { "week", op_week, false }, { "day", op_day, false }, { "rota", op_rota, false },
    { "away", op_away, true }, { "back", op_back, true }, { "take", op_take, false },
};

/* One's own coming and going. */
static bool is_own(const struct change *c, const struct op *op)
{
    const struct agent *me = agent_of_user(c->books, c->ask->user_id);
    const int64_t absence = number_at(c->o, "absence", 0);
    if (!me || !op->by_self) return false;
    if (op->run == op_away) return whom(c) == me->agent_id;
    for (int i = 0; i < c->books->absence_count; i++)
        if (c->books->absences[i].absence_id == absence) return c->books->absences[i].agent_id == me->agent_id;
    return false;
}

/* ---- the write ---- */

struct team_call { const struct team_ask *ask; enum shop_result found; size_t at; enum agent_result result; bool no_op, not_own; };

static bool change_one(struct team_call *t, struct change *c)
{
    const struct op *op = NULL;
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (text_is(text_at(c->o, "op"), ops[i].word)) op = &ops[i];
    t->no_op = !op;
    if (!op || !agent_books(c->s, c->shop->merchant_id, c->arena, &(struct agent_books_ask){ .left = true }, c->books)) return false;
    t->not_own = c->ask->only_self && !is_own(c, op);
    if (t->not_own) return false;
    t->result = op->run(c);
    return t->result == AGENT_OK;
}

static bool team_run(struct store *s, void *arg)
{
    struct team_call *t = arg;
    struct arena arena;
    struct shop shop;
    struct agent_books books;
    json_t *v;
    bool ok = true;
    t->result = AGENT_FAILED;
    t->found = shop_find(s, t->ask->store, &shop);
    if (t->found != SHOP_OK) return false;
    arena_init(&arena, &s->env->memory, 0);
    json_array_foreach(t->ask->changes, t->at, v) {
        struct change c = { .s = s, .shop = &shop, .ask = t->ask, .books = &books, .arena = &arena, .o = v };
        ok = change_one(t, &c);
        if (!ok) break;
        arena_clear(&arena);
    }
    arena_release(&arena);
    return ok;
}

static void refused_message(const struct team_call *t, struct desk_message *m)
{
    const int at = (int)t->at + 1;
    if (t->no_op) {
        message_set(m, "team-op", "Change %d says nothing that can be done to the team; nothing was changed.", "第 %d 项不是可做的改动；没有任何改动。", at);
        return;
    }
    if (t->not_own) {
        message_set(m, "team-own", "Change %d is not your own coming and going; ask the owner or an operator.", "第 %d 项不是您自己的离岗或返岗，请找店主或运营。", at);
        return;
    }
    switch (t->result) {
    case AGENT_OK: case AGENT_FAILED: break;
    case AGENT_NONE: message_set(m, "team-none", "Change %d names somebody or something that is not there; nothing was changed.", "第 %d 项指的人或离岗记录不存在；没有任何改动。", at); break;
    case AGENT_BAD:
        message_set(m, "team-bad", "Change %d cannot be: a name has 1 to 63 bytes, a limit is 1 to 200, hours are 0 to 23, an end is after its beginning; nothing was changed.",
                    "第 %d 项不成立：名字 1 至 63 字节，上限 1 至 200，小时 0 至 23，结束须晚于开始；没有任何改动。", at);
        break;
    case AGENT_TAKEN: message_set(m, "team-taken", "In change %d the name, a chat name or the account is another member's already; nothing was changed.",
                                  "第 %d 项的名字、聊天昵称或账号已属于另一位成员；没有任何改动。", at); break;
    case AGENT_TOO_MANY: message_set(m, "team-many", "Change %d would make the team or its absences too many; nothing was changed.", "第 %d 项会使人数或离岗记录过多；没有任何改动。", at); break;
    }
}

enum desk_result desk_team_change(struct desk *d, const struct team_ask *ask, struct desk_message *ret)
{
    struct team_call t = { .ask = ask };
    if (!json_is_array(ask->changes) || json_array_size(ask->changes) == 0 || json_array_size(ask->changes) > TEAM_CHANGES_MAX) {
        message_set(ret, "team-op", "There are no changes, or more than %d.", "没有改动，或超过 %d 项。", (int)TEAM_CHANGES_MAX);
        return DESK_REFUSED;
    }
    if (!d->writer) return remote_team_change(d, ask, ret);
    const enum writer_result r = writer_call(d->writer, team_run, &t);
    if (r == WRITER_REFUSED && t.found == SHOP_NONE) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    else if (r == WRITER_REFUSED) refused_message(&t, ret);
    return message_of_writer(ret, r);
}
