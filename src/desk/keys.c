/* See keys.h. What is sealed begins with whose it is, so that a row put in another's place opens nothing. */
#include "desk/keys.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include "desk/desk.h"
#include "desk/files.h"

enum { KEY_BYTES = crypto_secretbox_KEYBYTES, OWNER_BYTES = 16, PLAIN_MAX = OWNER_BYTES + WEBHOOK_SECRET_MAX };
_Static_assert(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + PLAIN_MAX <= FEED_SEALED_MAX, "room for a sealed secret");

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

static void owner_bytes(const struct shop *shop, enum feed_source source, unsigned char ret[OWNER_BYTES])
{
    const int64_t store_id = shop->store_id, word = source;
    memcpy(ret, &store_id, 8);
    memcpy(ret + 8, &word, 8);
}

bool keys_seal(const struct env *env, const char *db_path, const struct shop *shop, const struct webhook_secret *secret, struct feed_secret *ret,
               struct desk_message *ret_message)
{
    unsigned char key[KEY_BYTES], plain[PLAIN_MAX];
    char path[FILE_PATH_MAX];
    bool ok = key_path(db_path, "", path) && (key_read(env, path, key) || (errno == ENOENT && key_make(env, db_path, path, key)));
    if (!ok) {
        message_set(ret_message, "key-file", "The key file %s cannot be made or read (%s); it must be 32 bytes that only you may read.",
                    "密钥文件 %s 无法生成或读取（%s）；它应为 32 字节，且只有本人可读。", path, strerror(errno));
        return false;
    }
    owner_bytes(shop, ret->source, plain);
    memcpy(plain + OWNER_BYTES, secret->bytes, secret->len);
    env->random(env->ctx, ret->sealed, crypto_secretbox_NONCEBYTES);
    ok = crypto_secretbox_easy(ret->sealed + crypto_secretbox_NONCEBYTES, plain, OWNER_BYTES + secret->len, ret->sealed, key) == 0;
    ret->sealed_len = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + OWNER_BYTES + secret->len;
    sodium_memzero(key, sizeof key);
    sodium_memzero(plain, sizeof plain);
    return ok;
}

bool keys_open(const struct env *env, const char *db_path, const struct shop *shop, const struct feed_secret *sealed, struct webhook_secret *ret)
{
    unsigned char key[KEY_BYTES], plain[FEED_SEALED_MAX], owner[OWNER_BYTES];
    char path[FILE_PATH_MAX];
    const size_t head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (sealed->sealed_len <= head + OWNER_BYTES || sealed->sealed_len > head + PLAIN_MAX || !key_path(db_path, "", path) || !key_read(env, path, key))
        return false;
    const size_t n = sealed->sealed_len - head;
    owner_bytes(shop, sealed->source, owner);
    const bool ok = crypto_secretbox_open_easy(plain, sealed->sealed + crypto_secretbox_NONCEBYTES, sealed->sealed_len - crypto_secretbox_NONCEBYTES,
                                               sealed->sealed, key) == 0 && memcmp(plain, owner, OWNER_BYTES) == 0;
    if (ok) {
        ret->len = n - OWNER_BYTES;
        memcpy(ret->bytes, plain + OWNER_BYTES, ret->len);
    }
    sodium_memzero(key, sizeof key);
    sodium_memzero(plain, sizeof plain);
    return ok;
}
