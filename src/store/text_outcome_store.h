/* What became of the reminders of each text: those that people marked done, and those that went out by themselves. */
#ifndef ZG_STORE_TEXT_OUTCOME_STORE_H
#define ZG_STORE_TEXT_OUTCOME_STORE_H
#include "core/contact/channel.h"
#include "core/run/text_bandit.h"
#include "store/store.h"

/* key: which wording, "code@hash" (desk/text_pick.h). used: reminders with it that were a trial, those with a known outcome (arm.told) among them. */
struct text_outcome { struct text key; int wave; enum channel channel; int64_t used; struct text_arm arm; };
enum { TEXT_OUTCOMES_MAX = 512, TEXT_CONTACTS_MAX = 20000 };
struct text_outcomes_ask { int64_t from_ms, until_ms; /* reminders made in (from, until] */ int64_t now_ms, window_ms; /* how long an order can be paid */ };
/* By key, wave and channel, as they first occur; of the latest TEXT_CONTACTS_MAX reminders at most. In the arena. */
bool query_text_outcomes(struct store *s, const struct shop *shop, struct arena *a, const struct text_outcomes_ask *ask, struct text_outcome **ret, int *ret_n);
#endif
