/* A store's ways out as the desk uses them: settings opened, how a send ended, and what comes back by them: delivery reports of SMS, one-click
 * opt-outs of e-mails. What comes back names a message by a token that holds no personal data.
 *
 *   channel_change.c  what the owner sets up, and the test message         notices.c    notices to staff by a robot
 *   channels.c        this                                                 keys.c       the key file that seals settings */
#ifndef ZG_DESK_CHANNELS_H
#define ZG_DESK_CHANNELS_H
#include <jansson.h>
#include "channel/channel.h"
#include "desk/writer.h"
#include "store/channel_store.h"
#include "store/outbox_store.h"

enum channels_found {
    CHANNELS_FOUND,
    CHANNELS_NONE,      /* nothing that carries this is set up */
    CHANNELS_SEALED,    /* the key file beside the database is not there, or another one: to be set up again */
    CHANNELS_FAILED,    /* database or memory */
};
/* Where the store's channels are kept: path of the database, a connection that reads. */
struct channels_in { const struct env *env; const char *db_path; struct store *store; const struct shop *shop; };
/* The settings of what carries such messages (CHANNEL_SMS, CHANNEL_EMAIL; CHANNEL_ROBOT: the first of them). *ret_id grows with each new set-up: a
 * link opened for one id is good as long as this gives the same. Wipe the settings after channel_open (settings_wipe). */
enum channels_found channels_find(const struct channels_in *in, enum channel carries, struct channel_settings *ret, int64_t *ret_id);
/* The id alone, without opening anything; 0: none. */
enum channels_found channels_id(const struct channels_in *in, enum channel carries, int64_t *ret_id);
enum channels_found channels_open(const struct channels_in *in, const struct channel_row *row, struct channel_settings *ret);
/* GET /stores/{store}/channels and `zhanggui channel list --json`: {"channels":[{"id","kind","carries","label","made_at","last":null|{"at","fate","code","en","zh"},
 * "last_sent_at"}]}; no secret. NULL: a failure. */
json_t *channels_list(struct store *s, const struct shop *shop);

/* ---- tokens ---- */
enum channels_token { TOKEN_UNSUBSCRIBE = 1, TOKEN_REPORT = 2 }; /* frozen: they stand in mails */
enum { CHANNELS_TOKEN_BYTES = 56 };
/* In letters that stand in an address as they are. False: no key file (channels_find made none either). */
bool channels_token_make(const struct env *env, const char *db_path, enum channels_token what, int64_t store_id, struct outbox_key key, char ret[CHANNELS_TOKEN_BYTES]);
/* False: not one that this desk made. */
bool channels_token_read(const struct env *env, const char *db_path, enum channels_token what, struct text token, int64_t *ret_store_id, struct outbox_key *ret_key);
/* The whole address, from where the desk is reached (settings' desk_url): "https://desk.example.com/api/v1/unsubscribe/TOKEN"; "" where there is no
 * such place. Of a report it ends in "?status=%d", Kannel's figure. */
void channels_address(const struct env *env, const char *db_path, const struct channel_settings *s, enum channels_token what, int64_t store_id, struct outbox_key key,
                      char ret[CHANNEL_URL_MAX]);

/* ---- what comes back; in the writer's transaction ---- */
/* The buyer of this order wants no more messages, of no shop of the merchant. */
bool channels_unsubscribe(struct store *s, int64_t store_id, struct outbox_key key);
/* Kannel's figure (1 delivered, 2 not, 16 refused by the operator; others tell nothing final). */
bool channels_report(struct store *s, int64_t store_id, struct outbox_key key, int64_t figure);
#endif
