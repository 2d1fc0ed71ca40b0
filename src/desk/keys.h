/* The key beside the database: F.key, 32 random bytes, mode 0600, made when the first secret is kept. Webhook secrets and the
 * settings of channels lie in the database sealed with it (libsodium secretbox), so that a copy or a backup of the database alone tells nobody how to sign; a restore on another
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

/* ---- any bytes ---- */
enum { KEYS_OWNER_BYTES = 16, KEYS_MAC_BYTES = 16 };
/* Whose the bytes are: sealed with them, so that a row put in another's place opens nothing. */
struct keys_owner { unsigned char bytes[KEYS_OWNER_BYTES]; };
struct keys_owner keys_owner_of(int64_t store_id, int64_t word); /* word: 1..99 sources of feeds, 1000 + kinds of channels */
size_t keys_sealed_size(size_t plain);
/* ret: keys_sealed_size(plain.len) bytes. */
bool keys_seal_bytes(const struct env *env, const char *db_path, const struct keys_owner *owner, struct text plain, unsigned char *ret, struct desk_message *ret_message);
/* ret: sealed.len bytes of room. */
bool keys_open_bytes(const struct env *env, const char *db_path, const struct keys_owner *owner, struct text sealed, unsigned char *ret, size_t *ret_len);
/* A keyed hash (BLAKE2b) under a key of its own for each use. False: no key file; with `make` it is made. */
bool keys_mac(const struct env *env, const char *db_path, const char *use, struct text what, bool make, unsigned char ret[KEYS_MAC_BYTES]);
#endif
