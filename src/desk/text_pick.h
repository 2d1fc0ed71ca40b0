/* Which of several texts that fit is said: the one to prefer, or while the shop finds out which does better, one by trial.
 *
 *     struct text_trial t;
 *     text_trial_begin(&t, &plan_desk);                                       once for many orders, after text_desk_begin
 *     struct text key;
 *     struct text_choice c = text_pick(&t, &arena, &desk.set, &(struct text_pick_ask){ ask, order_no, wave }, &key);
 *
 * Tried are the texts that text_candidates finds: all are allowed and true.  The shop's own texts are not tried against those built in: who
 * writes a text wants it said.  An order's text is the same at every look within a day of the shop: its lot is a keyed hash of the order, and
 * what counts is what was known when the day began. */
#ifndef ZG_DESK_TEXT_PICK_H
#define ZG_DESK_TEXT_PICK_H
#include "desk/text_facts.h"
#include "store/text_outcome_store.h"

enum { TEXT_TRIAL_DAYS = 90 };
struct text_trial {
    const struct plan_desk *plan;
    struct arena *arena;         /* the plan's */
    int64_t today_ms;            /* when the shop's day began */
    bool on;                     /* the policy wants it, and there are reminders enough */
    int64_t reminders;           /* in 28 days, counted as far as the policy asks by hand and as far by message */
    struct text_outcome *rows; int n;
};
/* False on a database failure. The rows are read only where texts are being tried. */
bool text_trial_begin(struct text_trial *t, struct plan_desk *plan);
/* The rows all the same, to be shown. */
bool text_trial_rows(struct text_trial *t);

/* A trial that is kept from turn to turn by one that sends all day, each turn under its own plan. It is read again on another day, by other terms
 * of the policy, and after TEXT_TRIAL_KEPT_MS: what was paid yesterday may be learned today. All zero: nothing is kept yet. */
#define TEXT_TRIAL_KEPT_MS (5 * MS_PER_MIN)
struct text_trial_kept {
    struct arena arena;          /* of the rows */
    struct text_trial trial;
    int64_t terms[3];            /* of the policy */
    int64_t read_ms;
    bool loaded;
};
/* As text_trial_begin; *t and its rows live until the next text_trial_again or the release. */
bool text_trial_again(struct text_trial *t, struct plan_desk *plan, struct text_trial_kept *kept);
void text_trial_release(struct text_trial_kept *kept);

struct text_pick_ask { struct text_ask ask; struct text order_no; int wave; };
/* *ret_key: how the wording is told apart from what it was before it was changed; empty where there is none to say. In the arena. */
struct text_choice text_pick(const struct text_trial *t, struct arena *a, const struct wording_set *set, const struct text_pick_ask *ask, struct text *ret_key);
/* "remind-chat.zh@1f2e3d4c": the code, and a hash of what it says. */
struct text text_key_of(struct arena *a, const struct wording *w);
/* The code alone. */
struct text text_code_of(struct text key);
/* What is known of a text in a wave by a channel; nothing where it was never used. */
struct text_arm text_arm_of(const struct text_trial *t, struct text key, int wave, enum channel channel);
#endif
