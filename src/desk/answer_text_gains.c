/* How the shop's reminders fare by text: what was used, what came of it, and which text is known to do better. */
#include "desk/answer_json.h"
#include "desk/answer_texts.h"
#include "desk/text_pick.h"
#include "store/holdout_store.h"

/* One wave by one channel in one language: texts that stand for each other. */
struct group { enum occasion occasion; enum text_language language; enum channel channel; int wave; bool own; int64_t used; };
struct gains {
    struct answer w;
    struct plan_desk plan;
    bool planned;                    /* it was begun, and is to be ended */
    struct text_desk desk;
    struct text_trial trial;
    const struct wording **wordings; /* of each row of the trial; NULL: there is none of that code any more */
    bool *current;                   /* and it says what it said then */
    struct group groups[TEXT_OUTCOMES_MAX];
    int n;
};

static const struct wording *wording_of(const struct wording_set *set, struct text code)
{
    for (int i = 0; i < set->n; i++)
        if (text_eq(set->list[i].code, code)) return &set->list[i];
    return NULL;
}

static bool in_group(const struct gains *g, const struct group *of, int row)
{
    const struct wording *w = g->wordings[row];
    const struct text_outcome *o = &g->trial.rows[row];
    return w && w->occasion == of->occasion && w->language == of->language && w->own == of->own && o->channel == of->channel && o->wave == of->wave;
}

static void group_rows(struct gains *g)
{
    for (int i = 0; i < g->trial.n; i++) {
        const struct wording *w = g->wordings[i];
        int at = 0;
        while (at < g->n && !in_group(g, &g->groups[at], i)) at++;
        if (!w) continue;
        if (at == g->n) g->groups[g->n++] = (struct group){ w->occasion, w->language, g->trial.rows[i].channel, g->trial.rows[i].wave, w->own, 0 };
        g->groups[at].used += g->trial.rows[i].used;
    }
    for (int i = 1; i < g->n; i++) /* few groups: by insertion */
        for (int k = i; k > 0 && g->groups[k].used > g->groups[k - 1].used; k--) {
            const struct group was = g->groups[k];
            g->groups[k] = g->groups[k - 1];
            g->groups[k - 1] = was;
        }
}

static json_t *text_json(struct gains *g, int row, const struct text_standing *s)
{
    const struct text_outcome *r = &g->trial.rows[row];
    const struct wording *w = g->wordings[row];
    json_t *o = json_pack("{s:o, s:o, s:o, s:b, s:b, s:I, s:I, s:I}", "code", json_text(w->code), "title", json_text(w->title), "body",
                          g->current[row] ? json_text(w->body) : json_null(), "own", (int)w->own, "current", (int)g->current[row], "used", (json_int_t)r->used,
                          "told", (json_int_t)r->arm.told, "won", (json_int_t)r->arm.won);
    const bool told = s && r->arm.told > 0;
    put(&g->w, o, "rate", r->arm.told ? json_real((double)r->arm.won / (double)r->arm.told) : json_null());
    put(&g->w, o, "low", told ? json_real(s->low) : json_null());
    put(&g->w, o, "high", told ? json_real(s->high) : json_null());
    put(&g->w, o, "out", json_boolean(told && s->out));
    return o;
}

/* Judged together are the wordings that are in use now; what a text said before is shown and no longer tried. */
static json_t *group_json(struct gains *g, const struct group *of)
{
    struct text_arm arms[TEXT_ARMS_MAX];
    struct text_standing standings[TEXT_ARMS_MAX];
    int rows[TEXT_ARMS_MAX], n = 0, best = -1;
    json_t *list = json_array(), *o = json_pack("{s:s, s:s, s:s, s:i}", "occasion", occasion_word(of->occasion), "language", text_language_word(of->language),
                                                "channel", channel_word(of->channel), "wave", of->wave);
    for (int i = 0; i < g->trial.n && n < TEXT_ARMS_MAX; i++) {
        if (!in_group(g, of, i) || !g->current[i]) continue;
        arms[n] = g->trial.rows[i].arm;
        rows[n++] = i;
    }
    if (n) best = text_bandit_judge(arms, n, standings);
    for (int k = 0; k < n; k++) push(&g->w, list, text_json(g, rows[k], &standings[k]));
    for (int i = 0; i < g->trial.n; i++)
        if (in_group(g, of, i) && !g->current[i]) push(&g->w, list, text_json(g, i, NULL));
    put(&g->w, o, "best", n > 1 && best >= 0 ? json_text(g->wordings[rows[best]]->code) : json_null());
    put(&g->w, o, "texts", list);
    return o;
}

static bool gains_read(struct gains *g, const struct answer_ask *q)
{
    struct arena *a = &g->w.arena;
    g->planned = true;
    if (!plan_desk_begin(&g->plan, &(struct plan_desk_ask){ q->store, q->shop, q->policy, q->now_ms, NULL }) || !text_desk_begin(&g->desk, &g->plan) ||
        !text_trial_begin(&g->trial, &g->plan) || !holdout_reminders(q->store, q->shop, g->trial.today_ms, INT64_MAX, &g->trial.reminders) ||
        (!g->trial.on && !text_trial_rows(&g->trial)))
        return false;
    g->wordings = ARENA_ARRAY(a, const struct wording *, TEXT_OUTCOMES_MAX);
    g->current = ARENA_ARRAY(a, bool, TEXT_OUTCOMES_MAX);
    if (!g->wordings || !g->current) return false;
    for (int i = 0; i < g->trial.n; i++) {
        g->wordings[i] = wording_of(&g->desk.set, text_code_of(g->trial.rows[i].key));
        g->current[i] = g->wordings[i] && text_eq(text_key_of(a, g->wordings[i]), g->trial.rows[i].key);
    }
    return true;
}

json_t *answer_text_gains(const struct answer_ask *q, enum answer_error *ret_error)
{
    struct gains g = { .n = 0 };
    json_t *o = json_object(), *groups = json_array();
    if (!answer_begin(&g.w, q) || !gains_read(&g, q)) g.w.failed = true;
    else group_rows(&g);
    for (int i = 0; i < g.n && !g.w.failed; i++) push(&g.w, groups, group_json(&g, &g.groups[i]));
    put(&g.w, o, "on", json_boolean(g.trial.on));
    put(&g.w, o, "wanted", json_boolean(q->policy->text_trial));
    put(&g.w, o, "reminders", json_integer(g.trial.reminders));
    put(&g.w, o, "needed", json_integer(q->policy->holdout_min_reminders));
    put(&g.w, o, "days", json_integer(TEXT_TRIAL_DAYS));
    put(&g.w, o, "groups", groups);
    if (g.planned) plan_desk_end(&g.plan);
    return answer_end(&g.w, o, ret_error);
}
