/* The message itself, made when it is leased: to whom, and in which words, from what is known at that moment. Nothing of it is kept. */
#ifndef ZG_DESK_OUTBOX_WORDS_H
#define ZG_DESK_OUTBOX_WORDS_H
#include "channel/channel.h"
#include "desk/text_pick.h"
#include "store/outbox_store.h"
#include "store/policy_store.h"

struct outbox_words_desk {
    struct store *store;
    const struct shop *shop;
    enum channel channel;
    struct policy policy;
    struct plan_people people;      /* none: the policy was asked before */
    struct plan_desk plan;
    struct arena arena;             /* of one message */
    struct text_desk texts;
    struct text_trial trial;
    bool open, planned;
};
/* What all messages share, read in one transaction, each message in another; none is open between calls. outbox_words_end is called either way.
 * False on a database failure. */
struct outbox_words_ask { struct store *reader; const struct shop *shop; enum channel channel; int64_t now_ms; struct text_trial_kept *trial; };
bool outbox_words_begin(struct outbox_words_desk *d, const struct outbox_words_ask *ask);
void outbox_words_end(struct outbox_words_desk *d);

enum outbox_words_made { OUTBOX_WORDS_MADE, OUTBOX_WORDS_NONE /* why */, OUTBOX_WORDS_FAILED };
struct outbox_words {
    struct channel_message message; /* all but id and attempt; lives until the next one or the end */
    struct text text_key;           /* which text, as text_key_of */
    char why[CHANNEL_CODE_MAX];     /* "no-text", "no-address", "gone" */
};
/* unsubscribe: where one click opts out, of an e-mail; empty: there is none. */
enum outbox_words_made outbox_words_of(struct outbox_words_desk *d, struct outbox_key key, struct text unsubscribe, struct outbox_words *ret);
#endif
