/* See agent_store.h: hours of the week and of single days, absences. */
#include <stdio.h>
#include "store/agent_parts.h"
#include "store/query_row.h"

const char *absence_word(enum absence_why why)
{
    switch (why) {
    case ABSENCE_LEAVE: return "leave";
    case ABSENCE_BREAK: return "break";
    case ABSENCE_TRAINING: return "training";
    case ABSENCE_OTHER: return "other";
    }
    return "";
}

bool absence_parse(struct text word, enum absence_why *ret)
{
    for (int w = ABSENCE_LEAVE; w <= ABSENCE_OTHER; w++) {
        if (!text_is(word, absence_word((enum absence_why)w))) continue;
        *ret = (enum absence_why)w;
        return true;
    }
    return false;
}

/* ---- reading ---- */

static bool read_week(struct store *s, int64_t merchant_id, struct agent_books *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT agent_id, weekday, hours FROM agent_week WHERE merchant_id = $1"));
    enum db_step step;
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    while ((step = db_step(q)) == DB_ROW) {
        const int64_t weekday = db_i64(q, "weekday");
        struct agent *g = (struct agent *)agent_of(ret, db_i64(q, "agent_id"));
        if (g && weekday >= 0 && weekday < SHIFT_WEEK_DAYS) g->week[weekday] = (uint32_t)db_i64(q, "hours");
    }
    db_done(q);
    return step != DB_FAILED;
}

static bool read_days(struct store *s, int64_t merchant_id, struct arena *a, const struct agent_books_ask *ask, struct agent_books *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT agent_id, day, hours FROM agent_day WHERE merchant_id = $1 AND day >= $2 AND day < $3 ORDER BY agent_id, day LIMIT $4"));
    void *rows = NULL;
    int64_t capacity = 0;
    enum db_step step = DB_DONE;
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, ask->from_day);
    db_bind_i64(q, 3, ask->until_day);
    db_bind_i64(q, 4, AGENT_DAYS_MAX);
    while (query_room(a, &rows, ret->day_count, &capacity, sizeof(struct agent_day)) && (step = db_step(q)) == DB_ROW)
        ((struct agent_day *)rows)[ret->day_count++] = (struct agent_day){ db_i64(q, "agent_id"), db_i64(q, "day"), (uint32_t)db_i64(q, "hours") };
    db_done(q);
    ret->days = rows;
    return step != DB_FAILED;
}

static bool read_absences(struct store *s, int64_t merchant_id, struct arena *a, const struct agent_books_ask *ask, struct agent_books *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT agent_id, absence_id, from_ms, until_ms, why FROM agent_absence WHERE merchant_id = $1"
                                           " AND (until_ms IS NULL OR until_ms > $2) ORDER BY agent_id, from_ms, absence_id LIMIT $3"));
    void *rows = NULL;
    int64_t capacity = 0;
    enum db_step step = DB_DONE;
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, ask->over_after_ms);
    db_bind_i64(q, 3, AGENTS_MAX * AGENT_ABSENCES_MAX);
    while (query_room(a, &rows, ret->absence_count, &capacity, sizeof(struct agent_absence)) && (step = db_step(q)) == DB_ROW)
        ((struct agent_absence *)rows)[ret->absence_count++] = (struct agent_absence){ .agent_id = db_i64(q, "agent_id"), .absence_id = db_i64(q, "absence_id"),
            .from_ms = db_i64(q, "from_ms"), .until_ms = db_is_null(q, "until_ms") ? INSTANT_MAX : db_i64(q, "until_ms"),
            .why = (enum absence_why)db_i64(q, "why") };
    db_done(q);
    ret->absences = rows;
    return step != DB_FAILED;
}

bool agent_hours_read(struct store *s, int64_t merchant_id, struct arena *a, const struct agent_books_ask *ask, struct agent_books *ret)
{
    return read_week(s, merchant_id, ret) && read_days(s, merchant_id, a, ask, ret) && read_absences(s, merchant_id, a, ask, ret);
}

/* ---- writing ---- */

enum agent_result agent_week_put(struct store *s, int64_t merchant_id, int64_t agent_id, int weekday, uint32_t hours, int64_t by_user_id)
{
    char subject[96];
    if (weekday < 0 || weekday >= SHIFT_WEEK_DAYS || hours > SHIFT_HOURS_ALL) return AGENT_BAD;
    const enum agent_result there = agent_is_there(s, merchant_id, agent_id);
    if (there != AGENT_OK) return there;
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO agent_week (merchant_id, agent_id, weekday, hours) VALUES ($1, $2, $3, $4)"
                                           " ON CONFLICT (merchant_id, agent_id, weekday) DO UPDATE SET hours = excluded.hours"));
    if (!q) return AGENT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, agent_id);
    db_bind_i64(q, 3, weekday);
    db_bind_i64(q, 4, hours);
    snprintf(subject, sizeof subject, "agent %lld weekday %d hours %06x", (long long)agent_id, weekday, (unsigned)hours);
    return db_exec(q) && agent_note(s, merchant_id, by_user_id, "agent-hours", subject) ? AGENT_OK : AGENT_FAILED;
}

enum agent_result agent_day_put(struct store *s, int64_t merchant_id, const struct agent_day_put *p, int64_t by_user_id)
{
    char subject[96];
    if (p->hours > SHIFT_HOURS_ALL || p->day < INSTANT_FIRST_MS / MS_PER_DAY || p->day >= INSTANT_LAST_MS / MS_PER_DAY) return AGENT_BAD;
    const enum agent_result there = agent_is_there(s, merchant_id, p->agent_id);
    if (there != AGENT_OK) return there;
    struct db_stmt *q = p->whole
        ? db_stmt(s->db, SQL("DELETE FROM agent_day WHERE merchant_id = $1 AND agent_id = $2 AND day = $3"))
        : db_stmt(s->db, SQL("INSERT INTO agent_day (merchant_id, agent_id, day, hours) VALUES ($1, $2, $3, $4)"
                             " ON CONFLICT (merchant_id, agent_id, day) DO UPDATE SET hours = excluded.hours"));
    if (!q) return AGENT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, p->agent_id);
    db_bind_i64(q, 3, p->day);
    if (!p->whole) db_bind_i64(q, 4, p->hours);
    snprintf(subject, sizeof subject, p->whole ? "agent %lld day %lld as the week" : "agent %lld day %lld hours %06x", (long long)p->agent_id, (long long)p->day,
             (unsigned)p->hours);
    return db_exec(q) && agent_note(s, merchant_id, by_user_id, "agent-hours", subject) ? AGENT_OK : AGENT_FAILED;
}

static bool absences_of(struct store *s, int64_t merchant_id, int64_t agent_id, int64_t after_ms, int64_t *ret)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT COUNT(*) AS n FROM agent_absence WHERE merchant_id = $1 AND agent_id = $2 AND (until_ms IS NULL OR until_ms > $3)"));
    if (!q) return false;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, agent_id);
    db_bind_i64(q, 3, after_ms);
    const enum db_step step = db_step(q);
    if (step == DB_ROW) *ret = db_i64(q, "n");
    db_done(q);
    return step == DB_ROW;
}

enum agent_result agent_absence_add(struct store *s, int64_t merchant_id, struct agent_absence *absence, int64_t by_user_id)
{
    char subject[128];
    int64_t there_are;
    const bool open = absence->until_ms == INSTANT_MAX;
    if (absence->from_ms < INSTANT_FIRST_MS || absence->from_ms >= INSTANT_LAST_MS || (!open && (absence->until_ms <= absence->from_ms || absence->until_ms >= INSTANT_LAST_MS))) return AGENT_BAD;
    const enum agent_result there = agent_is_there(s, merchant_id, absence->agent_id);
    if (there != AGENT_OK) return there;
    if (!absences_of(s, merchant_id, absence->agent_id, s->env->now_ms(s->env->ctx), &there_are)) return AGENT_FAILED;
    if (there_are >= AGENT_ABSENCES_MAX) return AGENT_TOO_MANY;
    if (!sequence_take(s, merchant_id, TEXT("absence"), 1, &absence->absence_id)) return AGENT_FAILED;
    struct db_stmt *q = db_stmt(s->db, SQL("INSERT INTO agent_absence (merchant_id, absence_id, agent_id, from_ms, until_ms, why) VALUES ($1, $2, $3, $4, $5, $6)"));
    if (!q) return AGENT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, absence->absence_id);
    db_bind_i64(q, 3, absence->agent_id);
    db_bind_i64(q, 4, absence->from_ms);
    db_bind_i64_or_null(q, 5, open ? INT64_MIN : absence->until_ms);
    db_bind_i64(q, 6, absence->why);
    snprintf(subject, sizeof subject, "absence %lld agent %lld from %lld until %lld", (long long)absence->absence_id, (long long)absence->agent_id,
             (long long)absence->from_ms, open ? -1LL : (long long)absence->until_ms);
    return db_exec(q) && agent_note(s, merchant_id, by_user_id, "agent-away", subject) ? AGENT_OK : AGENT_FAILED;
}

enum agent_result agent_absence_end(struct store *s, int64_t merchant_id, int64_t absence_id, int64_t at_ms, int64_t by_user_id)
{
    char subject[96];
    struct db_stmt *q = db_stmt(s->db, SQL("DELETE FROM agent_absence WHERE merchant_id = $1 AND absence_id = $2 AND from_ms >= $3"));
    if (!q) return AGENT_FAILED;
    db_bind_i64(q, 1, merchant_id);
    db_bind_i64(q, 2, absence_id);
    db_bind_i64(q, 3, at_ms);
    if (!db_exec(q)) return AGENT_FAILED;
    if (db_changes(s->db) == 0) {
        q = db_stmt(s->db, SQL("UPDATE agent_absence SET until_ms = $3 WHERE merchant_id = $1 AND absence_id = $2 AND (until_ms IS NULL OR until_ms > $3)"));
        if (!q) return AGENT_FAILED;
        db_bind_i64(q, 1, merchant_id);
        db_bind_i64(q, 2, absence_id);
        db_bind_i64(q, 3, at_ms);
        if (!db_exec(q)) return AGENT_FAILED;
        if (db_changes(s->db) == 0) return AGENT_NONE;
    }
    snprintf(subject, sizeof subject, "absence %lld ended %lld", (long long)absence_id, (long long)at_ms);
    return agent_note(s, merchant_id, by_user_id, "agent-back", subject) ? AGENT_OK : AGENT_FAILED;
}
