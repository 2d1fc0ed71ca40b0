/* See keys.h. What is sealed begins with whose it is, so that a row put in another's place opens nothing. */
#include "desk/keys.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include "desk/desk.h"
#include "desk/files.h"

enum { KEY_BYTES = crypto_secretbox_KEYBYTES, HEAD_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES };
_Static_assert(HEAD_BYTES + KEYS_OWNER_BYTES + WEBHOOK_SECRET_MAX <= FEED_SEALED_MAX, "room for a sealed secret");

static bool key_path(const char *db_path, const char *suffix, char ret[FILE_PATH_MAX])
{
    const int n = snprintf(ret, FILE_PATH_MAX, "%s.key%s", db_path, suffix);
    return n > 0 && n < FILE_PATH_MAX;
}

static bool key_read(const struct env *env, const char *path, unsigned char ret[KEY_BYTES])
{
    unsigned char more;
    size_t n = 0;
    const int fd = env->open(env->ctx, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    if (fd < 0) return false;
    for (ssize_t got = 1; got > 0 && n < KEY_BYTES; n += got > 0 ? (size_t)got : 0) got = env->read(env->ctx, fd, ret + n, KEY_BYTES - n);
    const bool ok = n == KEY_BYTES && file_is_private(fd) && env->read(env->ctx, fd, &more, 1) == 0;
    env->close(env->ctx, fd);
    if (!ok) errno = EINVAL;
    return ok;
}

/* Written whole and synced under another name first: a crash leaves no half key under the right one. */
static bool key_make(const struct env *env, const char *db_path, const char *path, unsigned char ret[KEY_BYTES])
{
    char half[FILE_PATH_MAX];
    if (!key_path(db_path, ".new", half)) return false;
    (void)file_remove(half);
    const int fd = env->open(env->ctx, half, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    env->random(env->ctx, ret, KEY_BYTES);
    const bool ok = env->write(env->ctx, fd, ret, KEY_BYTES) == KEY_BYTES && env->fsync(env->ctx, fd) == 0;
    env->close(env->ctx, fd);
    return ok && file_rename(half, path) && directory_sync_of(env, path);
}

static bool key_of(const struct env *env, const char *db_path, bool make, unsigned char ret[KEY_BYTES])
{
    char path[FILE_PATH_MAX];
    return key_path(db_path, "", path) && (key_read(env, path, ret) || (make && errno == ENOENT && key_make(env, db_path, path, ret)));
}

/* ---- any bytes ---- */

struct keys_owner keys_owner_of(int64_t store_id, int64_t word)
{
    struct keys_owner o;
    memcpy(o.bytes, &store_id, 8);
    memcpy(o.bytes + 8, &word, 8);
    return o;
}

size_t keys_sealed_size(size_t plain) { return HEAD_BYTES + KEYS_OWNER_BYTES + plain; }

bool keys_seal_bytes(const struct env *env, const char *db_path, const struct keys_owner *owner, struct text plain, unsigned char *ret, struct desk_message *ret_message)
{
    unsigned char key[KEY_BYTES], *at = ret + crypto_secretbox_NONCEBYTES;
    if (!key_of(env, db_path, true, key)) {
        message_set(ret_message, "key-file", "The key file %s.key cannot be made or read (%s); it must be 32 bytes that only you may read.",
                    "密钥文件 %s.key 无法生成或读取（%s）；它应为 32 字节，且只有本人可读。", db_path, strerror(errno));
        return false;
    }
    env->random(env->ctx, ret, crypto_secretbox_NONCEBYTES);
    memcpy(at, owner->bytes, KEYS_OWNER_BYTES); /* sealed in its place; the two may overlap */
    memcpy(at + KEYS_OWNER_BYTES, plain.ptr, plain.len);
    const bool ok = crypto_secretbox_easy(at, at, KEYS_OWNER_BYTES + plain.len, ret, key) == 0;
    sodium_memzero(key, sizeof key);
    return ok;
}

bool keys_open_bytes(const struct env *env, const char *db_path, const struct keys_owner *owner, struct text sealed, unsigned char *ret, size_t *ret_len)
{
    unsigned char key[KEY_BYTES];
    const unsigned char *from = (const unsigned char *)sealed.ptr;
    if (sealed.len < HEAD_BYTES + KEYS_OWNER_BYTES || !key_of(env, db_path, false, key)) return false;
    const size_t n = sealed.len - HEAD_BYTES;
    const bool ok = crypto_secretbox_open_easy(ret, from + crypto_secretbox_NONCEBYTES, sealed.len - crypto_secretbox_NONCEBYTES, from, key) == 0 &&
                    memcmp(ret, owner->bytes, KEYS_OWNER_BYTES) == 0;
    if (ok) {
        *ret_len = n - KEYS_OWNER_BYTES;
        memmove(ret, ret + KEYS_OWNER_BYTES, *ret_len);
    } else sodium_memzero(ret, n);
    sodium_memzero(key, sizeof key);
    return ok;
}

bool keys_mac(const struct env *env, const char *db_path, const char *use, struct text what, bool make, unsigned char ret[KEYS_MAC_BYTES])
{
    unsigned char key[KEY_BYTES], own[KEY_BYTES];
    if (!key_of(env, db_path, make, key)) return false;
    crypto_generichash(own, sizeof own, (const unsigned char *)use, strlen(use), key, sizeof key);
    crypto_generichash(ret, KEYS_MAC_BYTES, (const unsigned char *)what.ptr, what.len, own, sizeof own);
    sodium_memzero(key, sizeof key);
    sodium_memzero(own, sizeof own);
    return true;
}

/* ---- webhook secrets ---- */

bool keys_seal(const struct env *env, const char *db_path, const struct shop *shop, const struct webhook_secret *secret, struct feed_secret *ret,
               struct desk_message *ret_message)
{
    const struct keys_owner owner = keys_owner_of(shop->store_id, ret->source);
    ret->sealed_len = keys_sealed_size(secret->len);
    return keys_seal_bytes(env, db_path, &owner, (struct text){ (const char *)secret->bytes, secret->len }, ret->sealed, ret_message);
}

bool keys_open(const struct env *env, const char *db_path, const struct shop *shop, const struct feed_secret *sealed, struct webhook_secret *ret)
{
    unsigned char plain[FEED_SEALED_MAX];
    size_t n = 0;
    const struct keys_owner owner = keys_owner_of(shop->store_id, sealed->source);
    const bool ok = sealed->sealed_len > keys_sealed_size(0) &&
                    keys_open_bytes(env, db_path, &owner, (struct text){ (const char *)sealed->sealed, sealed->sealed_len }, plain, &n) && n <= sizeof ret->bytes;
    if (ok) {
        ret->len = n;
        memcpy(ret->bytes, plain, n);
    }
    sodium_memzero(plain, sizeof plain);
    return ok;
}
