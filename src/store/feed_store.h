/* What the desk keeps of its feeds: which there are, how long each may be silent and when it last spoke; the ids of events that were
 * taken; tokens (their hashes) and webhook secrets (sealed by the desk, desk/keys.h); what was refused, without its content. */
#ifndef ZG_STORE_FEED_STORE_H
#define ZG_STORE_FEED_STORE_H
#include "core/feed/feed.h"
#include "store/store.h"

enum { FEED_ID_BYTES = 16, FEED_TOKEN_HASH_BYTES = 32, FEED_SEALED_MAX = 256, FEED_TOKENS_MAX = 20, FEED_SECRETS_MAX = 2, FEED_REFUSALS_KEPT = 100,
       FEED_FOLDER_MAX = 1024, FEED_NAME_MAX = 64, FEED_SUBJECT_MAX = 128 };
#define FEED_LIMIT_DEFAULT_S (INT64_C(6) * 3600)
/* Ids are kept by generations of this length, the present and the one before: for 14 to 28 days. Longer than anybody sends again; and an
 * event that comes later still changes nothing, because it is as old as it says. */
#define FEED_GENERATION_MS (14 * MS_PER_DAY)

/* ---- feeds ---- */
struct feed_row {
    enum feed_source source;
    int64_t made_at_ms, limit_s, last_at_ms, last_as_of_ms /* both INSTANT_NONE: never */, accepted, duplicates, refused, refused_at_ms;
    bool on;                            /* a feed that was set up and given up again is off, its figures stay */
    char folder[FEED_FOLDER_MAX];       /* of FEED_FOLDER */
};
int feed_list(struct store *s, const struct shop *shop, struct feed_row ret[FEED_SOURCES]); /* -1 on failure; at most FEED_SOURCES - 1 */
/* Sets it up when it is not there. limit_s 0: as it was (or the default); folder may be empty. */
bool feed_set(struct store *s, const struct shop *shop, const struct feed_row *row);

/* ---- events that were taken ---- */
struct feed_id { enum feed_source source; unsigned char bytes[FEED_ID_BYTES]; };
/* Takes the ids down; fresh[i] is false for one that was there, or stands before in the list. Ids of FEED_NONE are always fresh and not
 * kept. */
bool feed_ids_take(struct store *s, const struct shop *shop, const struct feed_id *const *ids, size_t n, bool *ret_fresh);
struct feed_tally { int64_t accepted, duplicates, last_as_of_ms /* INSTANT_NONE: none */; };
/* Adds to the figures of a feed and says that it spoke now. A feed that was never set up is none: nothing is kept of it. */
bool feed_tally_add(struct store *s, const struct shop *shop, enum feed_source source, const struct feed_tally *t);
/* One for each source, nothing in it; and to all those that have something. */
struct feed_tallies { struct feed_tally of[FEED_SOURCES]; };
struct feed_tallies feed_tallies_none(void);
bool feed_tallies_add(struct store *s, const struct shop *shop, const struct feed_tallies *t);
/* Forgets at most max ids of generations before the one before now's; the number, or -1. */
int feed_ids_expire(struct store *s, int64_t merchant_id, int max);

/* ---- refusals: the last FEED_REFUSALS_KEPT of a store ---- */
struct feed_refusal {
    enum feed_source source;
    int64_t at_ms;
    char code[40], en[400], zh[400];
    char subject[FEED_SUBJECT_MAX];     /* the event's id as told, or a file's name; no personal data */
};
bool feed_refusal_add(struct store *s, const struct shop *shop, const struct feed_refusal *r);
int feed_refusals(struct store *s, const struct shop *shop, struct feed_refusal *ret, int max); /* newest first; -1 on failure */

/* ---- tokens and secrets ---- */
struct feed_token { int64_t token_id, made_at_ms, user_id; char name[FEED_NAME_MAX]; unsigned char hash[FEED_TOKEN_HASH_BYTES]; };
enum feed_put { FEED_PUT, FEED_PUT_TOO_MANY, FEED_PUT_FAILED };
enum feed_put feed_token_add(struct store *s, const struct shop *shop, struct feed_token *t /* token_id and made_at_ms are filled in */);
int feed_tokens(struct store *s, const struct shop *shop, struct feed_token ret[FEED_TOKENS_MAX]); /* -1 on failure */
bool feed_token_remove(struct store *s, const struct shop *shop, int64_t token_id, bool *ret_was_there);

struct feed_secret { enum feed_source source; int64_t secret_no, made_at_ms; unsigned char sealed[FEED_SEALED_MAX]; size_t sealed_len; };
enum feed_put feed_secret_add(struct store *s, const struct shop *shop, struct feed_secret *x /* secret_no and made_at_ms are filled in */);
int feed_secrets(struct store *s, const struct shop *shop, struct feed_secret *ret, int max); /* -1 on failure */
bool feed_secret_remove(struct store *s, const struct shop *shop, enum feed_source source, int64_t secret_no, bool *ret_was_there);
#endif
