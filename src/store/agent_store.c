/* See agent_store.h: staff with their names, the rota, and all of the books at once. */
#include "store/agent_store.h"
#include <stdio.h>
#include "store/account_store.h"
#include "store/agent_parts.h"
#include "store/audit_store.h"

/* ---- reading ---- */

static struct agent *room_for_agent(struct agent_books *b, int64_t agent_id)
{
    for (int i = 0; i < b->agent_count; i++)
        if (b->agents[i].agent_id == agent_id) return &b->agents[i];
    return NULL;
}

static bool read_agents(struct store *s, int64_t merchant_id, struct arena *a, bool left, struct agent_books *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT agent_id, user_id, name, kind, chats_max, left_work FROM agent WHERE merchant_id = $1 AND left_work <= $2"
                                           " ORDER BY left_work, agent_id LIMIT $3"));
    enum db_step step;
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, left);
    db_bind_i64(q, 3, AGENT_ROWS_MAX);
    ret->agents = ARENA_ARRAY(a, struct agent, AGENT_ROWS_MAX);
    while ((step = db_step(q)) == DB_ROW && ret->agents)
        ret->agents[ret->agent_count++] = (struct agent){ .agent_id = db_i64(q, "agent_id"), .user_id = db_is_null(q, "user_id") ? 0 : db_i64(q, "user_id"),
            .name = arena_text(a, db_text(q, "name")), .kind = (enum agent_kind)db_i64(q, "kind"), .chats_max = (int)db_i64(q, "chats_max"),
            .left = db_i64(q, "left_work") != 0 };
    db_done(q);
    return step != DB_FAILED && ret->agents;
}

static bool read_nicks(struct store *s, int64_t merchant_id, struct arena *a, struct agent_books *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT agent_id, nick FROM agent_nick WHERE merchant_id = $1 ORDER BY agent_id, nick"));
    enum db_step step;
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    while ((step = db_step(q)) == DB_ROW) {
        struct agent *g = room_for_agent(ret, db_i64(q, "agent_id"));
        struct text *nicks = g ? (struct text *)g->nicks : NULL;
        if (!g || g->nick_count == AGENT_NICKS_MAX) continue;
        if (!nicks) g->nicks = nicks = ARENA_ARRAY(a, struct text, AGENT_NICKS_MAX);
        if (!nicks) break;
        nicks[g->nick_count++] = arena_text(a, db_text(q, "nick"));
    }
    db_done(q);
    return step != DB_FAILED;
}

static bool read_rota(struct store *s, int64_t merchant_id, struct agent_books *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT hour, agent_id FROM agent_rota WHERE merchant_id = $1"));
    enum db_step step;
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    while ((step = db_step(q)) == DB_ROW) {
        const int64_t hour = db_i64(q, "hour");
        if (hour >= 0 && hour < ROTA_HOURS) ret->rota[hour] = db_i64(q, "agent_id");
    }
    db_done(q);
    return step != DB_FAILED;
}

bool agent_books(struct store *s, int64_t merchant_id, struct arena *a, const struct agent_books_ask *ask, struct agent_books *ret)
{
    *ret = (struct agent_books){ 0 };
    return read_agents(s, merchant_id, a, ask->left, ret) && read_nicks(s, merchant_id, a, ret) && read_rota(s, merchant_id, ret) &&
           agent_hours_read(s, merchant_id, a, ask, ret) && !a->failed;
}

const struct agent *agent_of(const struct agent_books *b, int64_t agent_id)
{
    for (int i = 0; i < b->agent_count; i++)
        if (b->agents[i].agent_id == agent_id) return &b->agents[i];
    return NULL;
}

const struct agent *agent_named(const struct agent_books *b, struct text nick)
{
    for (int i = 0; i < b->agent_count; i++) {
        if (text_eq(b->agents[i].name, nick)) return &b->agents[i];
        for (int k = 0; k < b->agents[i].nick_count; k++)
            if (text_eq(b->agents[i].nicks[k], nick)) return &b->agents[i];
    }
    return NULL;
}

const struct agent *agent_of_user(const struct agent_books *b, int64_t user_id)
{
    for (int i = 0; i < b->agent_count && user_id != 0; i++)
        if (b->agents[i].user_id == user_id && !b->agents[i].left) return &b->agents[i];
    return NULL;
}

/* ---- writing ---- */

bool agent_note(struct store *s, int64_t merchant_id, int64_t by_user_id, const char *verb, const char *subject)
{
    const struct text t = text_from_cstr(subject);
    return audit_append(s, merchant_id, &(struct audit_deed){ .user_id = by_user_id, .verb = verb, .subject = t, .detail = t });
}

enum agent_result agent_is_there(struct store *s, int64_t merchant_id, int64_t agent_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT agent_id FROM agent WHERE merchant_id = $1 AND agent_id = $2"));
    if (!q) return AGENT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, agent_id);
    const enum db_step step = db_step(q);
    db_done(q);
    return step == DB_ROW ? AGENT_OK : step == DB_DONE ? AGENT_NONE : AGENT_FAILED;
}

static bool good_name(struct text t)
{
    if (t.len == 0 || t.len >= AGENT_NAME_BYTES || !text_utf8_valid(t) || !text_eq(text_trim(t), t)) return false;
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] < 0x20 || t.ptr[i] == 0x7F) return false;
    return true;
}

static bool has_nick(const struct text *nicks, int n, struct text t)
{
    for (int i = 0; i < n; i++)
        if (text_eq(nicks[i], t)) return true;
    return false;
}

/* A name or nick is one person's: agent_named finds by either. */
static bool names_apart(const struct agent_put *p, const struct agent_books *b)
{
    for (int i = 0; i < b->agent_count; i++) {
        const struct agent *g = &b->agents[i];
        if (g->agent_id == p->agent_id) continue;
        if (text_eq(g->name, p->name) || (p->user_id != 0 && g->user_id == p->user_id && !g->left && !p->left)) return false;
        if (has_nick(g->nicks, g->nick_count, p->name) || has_nick(p->nicks, p->nick_count, g->name)) return false;
        for (int k = 0; k < p->nick_count; k++)
            if (has_nick(g->nicks, g->nick_count, p->nicks[k])) return false;
    }
    for (int k = 0; k < p->nick_count; k++)
        if (has_nick(p->nicks, k, p->nicks[k])) return false;
    return true;
}

/* May it be written as it stands? */
static enum agent_result put_check(struct store *s, int64_t merchant_id, const struct agent_put *p)
{
    struct agent_books b;
    struct arena a;
    struct account account;
    int working = 0;
    bool good = good_name(p->name) && (p->kind == AGENT_SERVICE || p->kind == AGENT_SPECIALIST) && p->chats_max >= 0 &&
                p->chats_max <= AGENT_CHATS_LIMIT && p->nick_count >= 0 && p->nick_count <= AGENT_NICKS_MAX;
    for (int i = 0; good && i < p->nick_count; i++) good = good_name(p->nicks[i]);
    if (!good) return AGENT_BAD;
    if (p->user_id != 0) {
        const enum account_result r = account_get(s, merchant_id, p->user_id, &account);
        if (r != ACCOUNT_OK) return r == ACCOUNT_NONE ? AGENT_NONE : AGENT_FAILED;
    }
    arena_init(&a, &s->env->memory, 0);
    enum agent_result result = AGENT_FAILED;
    if (agent_books(s, merchant_id, &a, &(struct agent_books_ask){ .left = true }, &b)) {
        for (int i = 0; i < b.agent_count; i++) working += !b.agents[i].left && b.agents[i].agent_id != p->agent_id;
        result = p->agent_id != 0 && !agent_of(&b, p->agent_id) ? AGENT_NONE : !names_apart(p, &b) ? AGENT_TAKEN
            : (!p->left && working >= AGENTS_MAX) || (p->agent_id == 0 && b.agent_count >= AGENT_ROWS_MAX) ? AGENT_TOO_MANY : AGENT_OK;
    }
    arena_release(&a);
    return result;
}

static bool write_agent(struct store *s, int64_t merchant_id, const struct agent_put *p, int64_t agent_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO agent (merchant_id, agent_id, name, kind, chats_max, user_id, left_work, made_at_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (merchant_id, agent_id) DO UPDATE SET name = excluded.name, kind = excluded.kind,"
        " chats_max = excluded.chats_max, user_id = excluded.user_id, left_work = excluded.left_work"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, agent_id);
    db_bind_text(q, 3, p->name);
    db_bind_i64(q, 4, p->kind);
    db_bind_i64(q, 5, p->chats_max);
    db_bind_i64_or_null(q, 6, p->user_id == 0 ? INT64_MIN : p->user_id);
    db_bind_i64(q, 7, p->left);
    db_bind_i64(q, 8, s->env->now_ms(s->env->ctx));
    return db_exec(q);
}

static bool write_nicks(struct store *s, int64_t merchant_id, const struct agent_put *p, int64_t agent_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM agent_nick WHERE merchant_id = $1 AND agent_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, agent_id);
    if (!db_exec(q)) return false;
    for (int i = 0; i < p->nick_count; i++) {
        q = db_stmt(s->db, SQL("INSERT INTO agent_nick (merchant_id, nick, agent_id) VALUES ($1, $2, $3)"));
        if (!q) return false;
        db_bind_i64(q, 1, merchant_id);
        db_bind_text(q, 2, p->nicks[i]);
        db_bind_i64(q, 3, agent_id);
        if (!db_exec(q)) return false;
    }
    return true;
}

/* Who leaves has no hours of the rota any more. */
static bool leave_rota(struct store *s, int64_t merchant_id, int64_t agent_id)
{
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM agent_rota WHERE merchant_id = $1 AND agent_id = $2"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, agent_id);
    return db_exec(q);
}

enum agent_result agent_put(struct store *s, int64_t merchant_id, const struct agent_put *p, int64_t by_user_id, int64_t *ret_agent_id)
{
    char subject[96];
    int64_t agent_id = p->agent_id;
    const enum agent_result check = put_check(s, merchant_id, p);
    if (check != AGENT_OK) return check;
    if (agent_id == 0 && !sequence_take(s, merchant_id, TEXT("agent"), 1, &agent_id)) return AGENT_FAILED;
    snprintf(subject, sizeof subject, "agent %lld %s chats %d%s", (long long)agent_id, agent_kind_word(p->kind), p->chats_max, p->left ? " left" : "");
    if (!write_agent(s, merchant_id, p, agent_id) || !write_nicks(s, merchant_id, p, agent_id) || (p->left && !leave_rota(s, merchant_id, agent_id)) ||
        !agent_note(s, merchant_id, by_user_id, p->agent_id == 0 ? "agent-add" : "agent-change", subject)) return AGENT_FAILED;
    *ret_agent_id = agent_id;
    return AGENT_OK;
}

enum agent_result agent_rota_put(struct store *s, int64_t merchant_id, int hour, int64_t agent_id, int64_t by_user_id)
{
    char subject[96];
    if (hour < 0 || hour >= ROTA_HOURS) return AGENT_BAD;
    if (agent_id != 0) {
        const enum agent_result there = agent_is_there(s, merchant_id, agent_id);
        if (there != AGENT_OK) return there;
    }
    struct db_stmt *q = agent_id == 0
        ? db_stmt(s->db, SQL("DELETE FROM agent_rota WHERE merchant_id = $1 AND hour = $2"))
        : db_stmt(s->db, SQL("INSERT INTO agent_rota (merchant_id, hour, agent_id) VALUES ($1, $2, $3)"
                             " ON CONFLICT (merchant_id, hour) DO UPDATE SET agent_id = excluded.agent_id"));
    if (!q) return AGENT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, hour);
    if (agent_id != 0) db_bind_i64(q, 3, agent_id);
    snprintf(subject, sizeof subject, "rota hour %d agent %lld", hour, (long long)agent_id);
    return db_exec(q) && agent_note(s, merchant_id, by_user_id, "agent-rota", subject) ? AGENT_OK : AGENT_FAILED;
}
