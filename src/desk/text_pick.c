/* See text_pick.h. */
#include "desk/text_pick.h"
#include <inttypes.h>
#include "base/prng.h"

/* FNV-1a (Fowler, Noll, Vo): tells wordings apart, no more. */
static uint32_t hash_more(uint32_t h, struct text t)
{
    for (size_t i = 0; i < t.len; i++) h = (h ^ (unsigned char)t.ptr[i]) * UINT32_C(16777619);
    return (h ^ 0xFF) * UINT32_C(16777619);
}

struct text text_key_of(struct arena *a, const struct wording *w)
{
    const uint32_t h = hash_more(hash_more(UINT32_C(2166136261), w->subject), w->body);
    return arena_printf(a, "%.*s@%08" PRIx32, (int)w->code.len, w->code.ptr, h);
}

struct text text_code_of(struct text key)
{
    const char *at = key.len ? memchr(key.ptr, '@', key.len) : NULL;
    return (struct text){ key.ptr, at ? (size_t)(at - key.ptr) : key.len };
}

static int64_t day_began(const struct plan_desk_ask *q) { return zone_day_start_ms(q->shop->zone, zone_day(q->shop->zone, q->now_ms)); }

static bool trial_read(struct text_trial *t, struct plan_desk *plan, struct arena *rows)
{
    const struct plan_desk_ask *q = &plan->ask;
    *t = (struct text_trial){ .plan = plan, .arena = rows, .today_ms = day_began(q) };
    if (!holdout_reminders(q->store, q->shop, t->today_ms, q->policy->holdout_min_reminders, &t->reminders)) return false;
    t->on = q->policy->text_trial && t->reminders >= q->policy->holdout_min_reminders;
    return !t->on || text_trial_rows(t);
}

bool text_trial_begin(struct text_trial *t, struct plan_desk *plan) { return trial_read(t, plan, &plan->arena); }

bool text_trial_rows(struct text_trial *t)
{
    const struct plan_desk_ask *q = &t->plan->ask;
    const struct text_outcomes_ask ask = { t->today_ms - TEXT_TRIAL_DAYS * MS_PER_DAY, t->today_ms, t->today_ms, q->policy->payment_window_s * MS_PER_S };
    return query_text_outcomes(q->store, q->shop, t->arena, &ask, &t->rows, &t->n);
}

/* ---- kept from turn to turn ---- */

static bool kept_holds(const struct text_trial_kept *k, const struct plan_desk_ask *q, const int64_t terms[3])
{
    return k->loaded && k->trial.today_ms == day_began(q) && memcmp(k->terms, terms, sizeof k->terms) == 0 && q->now_ms >= k->read_ms &&
           q->now_ms - k->read_ms < TEXT_TRIAL_KEPT_MS;
}

bool text_trial_again(struct text_trial *t, struct plan_desk *plan, struct text_trial_kept *kept)
{
    const struct plan_desk_ask *q = &plan->ask;
    const int64_t terms[3] = { q->policy->text_trial, q->policy->holdout_min_reminders, q->policy->payment_window_s };
    if (!kept_holds(kept, q, terms)) {
        text_trial_release(kept);
        arena_init(&kept->arena, &q->store->env->memory, 0);
        kept->loaded = trial_read(&kept->trial, plan, &kept->arena);
        memcpy(kept->terms, terms, sizeof terms);
        kept->read_ms = q->now_ms;
        if (!kept->loaded) {
            arena_release(&kept->arena);
            return false;
        }
    }
    kept->trial.plan = plan;
    *t = kept->trial;
    return true;
}

void text_trial_release(struct text_trial_kept *kept)
{
    if (kept->loaded) arena_release(&kept->arena);
    kept->loaded = false;
}

/* ---- one order ---- */

struct text_arm text_arm_of(const struct text_trial *t, struct text key, int wave, enum channel channel)
{
    for (int i = 0; i < t->n; i++)
        if (t->rows[i].wave == wave && t->rows[i].channel == channel && text_eq(t->rows[i].key, key)) return t->rows[i].arm;
    return (struct text_arm){ .told = 0 };
}

/* Which of the candidates: the first is the one to prefer; tried are those of its kind. */
static const struct text_candidate *tried(const struct text_trial *t, struct arena *a, const struct text_candidate *from, int n, const struct text_pick_ask *ask)
{
    const struct text_candidate *in[TEXT_ARMS_MAX];
    struct text_arm arms[TEXT_ARMS_MAX];
    struct text_standing standings[TEXT_ARMS_MAX];
    struct prng r;
    int count = 0;
    for (int i = 0; i < n && count < TEXT_ARMS_MAX; i++) {
        if (from[i].wording->own != from[0].wording->own) continue;
        arms[count] = text_arm_of(t, text_key_of(a, from[i].wording), ask->wave, ask->ask.channel);
        in[count++] = &from[i];
    }
    if (count == 1) return in[0];
    text_bandit_judge(arms, count, standings);
    prng_seed(&r, shop_lot(t->plan->ask.shop, "text", ask->wave, ask->order_no));
    return in[text_bandit_choose(arms, standings, count, TEXT_EXPLORE_BP, &r)];
}

struct text_choice text_pick(const struct text_trial *t, struct arena *a, const struct wording_set *set, const struct text_pick_ask *ask, struct text *ret_key)
{
    struct text_candidate from[TEXT_CANDIDATES_MAX];
    struct text_choice choice = { .wording = NULL };
    const int n = text_candidates(a, set, &ask->ask, from, t->on ? TEXT_CANDIDATES_MAX : 1, &choice.reason);
    *ret_key = TEXT_NONE;
    if (n == 0) return choice;
    choice = text_choice_of(t->on ? tried(t, a, from, n, ask) : &from[0]);
    *ret_key = text_key_of(a, choice.wording);
    return choice;
}
