/* The key beside the database: F.key, 32 random bytes, mode 0600, made when the first secret is kept. Webhook secrets lie in the database
 * sealed with it (libsodium secretbox), so that a copy or a backup of the database alone tells nobody how to sign; a restore on another
 * machine needs that file, too, or the secrets are set again. */
#ifndef ZG_DESK_KEYS_H
#define ZG_DESK_KEYS_H
#include "desk/commands.h"
#include "intake/webhook.h"
#include "store/feed_store.h"

/* Fills in sealed and sealed_len. False and the message when the key file cannot be made or read. */
bool keys_seal(const struct env *env, const char *db_path, const struct shop *shop, const struct webhook_secret *secret, struct feed_secret *ret,
               struct desk_message *ret_message);
/* False: the key file is not there, or it is another one. */
bool keys_open(const struct env *env, const char *db_path, const struct shop *shop, const struct feed_secret *sealed, struct webhook_secret *ret);
#endif
