/* The team: who is here, what each has in hand, the hours of a week, the rota; and whom a file of staff lists who is not on it yet. */
#include "desk/answer_json.h"
#include "desk/queue.h"
#include "store/account_store.h"

static json_t *hours_json(uint32_t hours)
{
    json_t *list = json_array();
    for (int h = 0; h < 24; h++)
        if (hours >> h & 1u) json_array_append_new(list, json_integer(h));
    return list;
}

/* The hours of a day in which somebody is planned, also in part. */
static uint32_t hours_planned(const struct shift_plan *p, const struct zone *z, int64_t day)
{
    struct shift_plan planned = *p;
    uint32_t hours = 0;
    planned.off_count = 0;
    for (int64_t t = zone_day_start_ms(z, day), end = zone_day_start_ms(z, day + 1); t < end; t += MS_PER_HOUR / 4)
        if (shift_at(&planned, z, t) == SHIFT_ON) hours |= 1u << zone_civil(z, t).hour;
    return hours;
}

static const char *planned_by(const struct shift_plan *p, int64_t day)
{
    for (int i = 0; i < p->day_count; i++)
        if (p->days[i].day == day) return "painted";
    for (int i = 0; i < p->span_count; i++)
        if (p->spans[i].day == day) return "file";
    return "week";
}

static json_t *days_json(struct answer *w, const struct shift_plan *p, int64_t monday)
{
    json_t *list = json_array();
    for (int64_t day = monday; day < monday + SHIFT_WEEK_DAYS; day++) {
        json_t *o = json_object();
        put(w, o, "day", json_day(day));
        put(w, o, "hours", hours_json(hours_planned(p, w->ask->shop->zone, day)));
        put(w, o, "by", json_string(planned_by(p, day)));
        push(w, list, o);
    }
    return list;
}

static json_t *absences_json(struct answer *w, const struct team *t, int64_t agent_id)
{
    json_t *list = json_array();
    for (int i = 0; i < t->books.absence_count; i++) {
        const struct agent_absence *x = &t->books.absences[i];
        json_t *o;
        if (x->agent_id != agent_id) continue;
        o = json_object();
        put(w, o, "absence", json_integer(x->absence_id));
        put(w, o, "from", json_instant(w, x->from_ms));
        put(w, o, "until", x->until_ms == INSTANT_MAX ? json_null() : json_instant(w, x->until_ms));
        put(w, o, "why", json_string(absence_word(x->why)));
        push(w, list, o);
    }
    return list;
}

static const char *here_word(enum shift_why why)
{
    switch (why) {
    case SHIFT_ON: return "here";
    case SHIFT_OFF: return "off";
    case SHIFT_AWAY: return "away";
    }
    return "";
}

static json_t *agent_json(struct answer *w, const struct team *t, int i, int64_t monday, const struct shift_plan *shown)
{
    const struct agent *g = &t->books.agents[i];
    const struct assignment_agent *at = &t->agents[i];
    json_t *o = json_object(), *week = json_array(), *nicks = json_array();
    for (int d = 0; d < SHIFT_WEEK_DAYS; d++) push(w, week, hours_json(g->week[d]));
    for (int k = 0; k < g->nick_count; k++) push(w, nicks, json_text(g->nicks[k]));
    put(w, o, "agent", json_integer(g->agent_id));
    put(w, o, "name", json_text(g->name));
    put(w, o, "kind", json_string(agent_kind_word(g->kind)));
    put(w, o, "account", g->user_id ? json_integer(g->user_id) : json_null());
    put(w, o, "own_limit", g->chats_max ? json_integer(g->chats_max) : json_null());
    put(w, o, "limit", json_integer(at->limit));
    put(w, o, "nicks", nicks);
    put(w, o, "state", json_string(here_word(shift_at(&t->plans[i], w->ask->shop->zone, w->ask->now_ms))));
    put(w, o, "back_at", at->here ? json_null() : json_instant(w, at->here_from_ms));
    put(w, o, "chats", json_integer(t->chats[i]));
    put(w, o, "reminders", json_integer(t->reminders[i]));
    put(w, o, "load", json_integer(t->load[i]));
    put(w, o, "given_today", json_integer(at->given));
    put(w, o, "week", week);
    put(w, o, "days", days_json(w, shown, monday));
    put(w, o, "absences", absences_json(w, t, g->agent_id));
    return o;
}

/* The reminders that are due now, and whose they are: the load of the moment. */
static json_t *due_json(struct answer *w, const struct queue_found *f)
{
    json_t *o = json_object(), *by_rule = json_object();
    int64_t waiting = 0, nobody = 0;
    for (int64_t i = 0; i < f->today.due_count; i++) {
        const struct assignment *got = &f->assigned[i];
        waiting += got->place > 0;
        nobody += got->agent < 0;
        put(w, by_rule, got->reason.rule, json_integer(1 + json_integer_value(json_object_get(by_rule, got->reason.rule))));
    }
    put(w, o, "count", json_integer(f->today.due_count));
    put(w, o, "in_line", json_integer(waiting));
    put(w, o, "nobodys", json_integer(nobody));
    put(w, o, "by_rule", by_rule);
    return o;
}

static json_t *accounts_json(struct answer *w)
{
    struct account *rows = ARENA_ARRAY(&w->arena, struct account, ACCOUNTS_MAX);
    const int n = rows ? account_list(w->ask->store, w->ask->shop->merchant_id, rows, ACCOUNTS_MAX) : -1;
    json_t *list = json_array();
    if (n < 0) w->failed = true;
    for (int i = 0; i < n; i++) {
        if (rows[i].disabled) continue;
        push(w, list, json_pack("{s:I,s:s,s:s}", "id", (json_int_t)rows[i].user_id, "name", rows[i].name, "role", account_role_word(rows[i].role)));
    }
    return list;
}

/* Whom a file of staff lists, with the post it gives; of service first, as it seems. */
static json_t *listed_json(struct answer *w, const struct team *t)
{
    struct listed_staff *rows;
    int64_t n;
    json_t *list = json_array();
    if (!query_staff(w->ask->store, w->ask->shop, &w->arena, zone_day(w->ask->shop->zone, w->ask->now_ms), &rows, &n)) {
        w->failed = true;
        return list;
    }
    for (int64_t i = 0; i < n; i++) {
        if (agent_named(&t->books, rows[i].staff)) continue;
        const struct text role = rows[i].role;
        const bool service = rows[i].chats_at_once > 0 || text_contains(role, TEXT("客服")) || text_contains(role, TEXT("催付")) || text_contains(role, TEXT("ervice"));
        push(w, list, json_pack("{s:o,s:o,s:o,s:b}", "name", json_text(rows[i].staff), "role", json_text(role), "limit",
                                rows[i].chats_at_once ? json_integer(rows[i].chats_at_once) : json_null(), "service", (int)service));
    }
    return list;
}

/* The plans of the week that is shown, which may lie anywhere. */
static const struct team *team_of_week(struct answer *w, const struct team *now, int64_t monday)
{
    const int64_t today = zone_day(w->ask->shop->zone, w->ask->now_ms), at_ms = zone_day_start_ms(w->ask->shop->zone, monday + 1);
    struct team *t;
    if (monday >= today - 1 && monday + SHIFT_WEEK_DAYS <= today + SHIFT_LOOK_DAYS) return now;
    t = ARENA_NEW(&w->arena, struct team);
    if (!t || !team_find(w->ask->store, w->ask->shop, w->ask->policy, &w->arena, at_ms, t)) {
        w->failed = true;
        return now;
    }
    return t;
}

json_t *answer_team(const struct answer_ask *q, const struct team_view *v, enum answer_error *ret_error)
{
    struct answer w;
    struct queue_found f;
    if (!answer_begin(&w, q) || !queue_find(&w, &f)) return answer_end(&w, NULL, ret_error);
    const struct team t = f.team;
    json_t *o = json_object(), *agents = json_array(), *rota = json_array();
    const int64_t today = zone_day(q->shop->zone, q->now_ms), day = v->day == INT64_MIN ? today : v->day, monday = day - shift_weekday(day);
    const struct team *shown = team_of_week(&w, &t, monday);
    for (int i = 0; i < t.books.agent_count; i++) push(&w, agents, agent_json(&w, &t, i, monday, &shown->plans[i]));
    for (int h = 0; h < ROTA_HOURS; h++) push(&w, rota, t.books.rota[h] ? json_integer(t.books.rota[h]) : json_null());
    const struct agent *me = agent_of_user(&t.books, v->user_id);
    put(&w, o, "at", json_instant(&w, q->now_ms));
    put(&w, o, "today", json_day(today));
    put(&w, o, "hour", json_integer(zone_civil(q->shop->zone, q->now_ms).hour));
    put(&w, o, "monday", json_day(monday));
    put(&w, o, "me", me ? json_integer(me->agent_id) : json_null());
    put(&w, o, "limit", json_integer(q->policy->agent_chats_max));
    put(&w, o, "load_high_bp", json_integer(q->policy->load_high_bp));
    put(&w, o, "load_high", json_boolean(t.books.agent_count > 0 && assignment_load_high(&t.desk)));
    put(&w, o, "talks_as_of", json_instant(&w, t.talks_as_of_ms));
    put(&w, o, "talks_age_s", t.talks_as_of_ms == INSTANT_NONE ? json_null() : json_integer((q->now_ms - t.talks_as_of_ms) / MS_PER_S));
    put(&w, o, "due", due_json(&w, &f));
    put(&w, o, "agents", agents);
    put(&w, o, "rota", rota);
    put(&w, o, "listed", listed_json(&w, &t));
    put(&w, o, "accounts", v->with_accounts ? accounts_json(&w) : json_null());
    return answer_end(&w, o, ret_error);
}
