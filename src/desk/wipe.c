/* The last step of an erasure: nothing of the rows that were deleted stays in the file of the database or in its log.
 *
 * It comes after the commit, and a reader in the middle of an answer can keep it from being done, as can a full disk or a crash. So it is owed from before the
 * commit on, by an empty file F.unwiped, until it is done; the next opening of the desk does what is owed (tombstones_settle). */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include "desk/person_parts.h"

enum { SCRUB_TRIES = 100, SCRUB_WAIT_MS = 150, SCRUB_FOR_MS = 15000 };

static bool owed_at(const char *path, char ret[FILE_PATH_MAX]) { return file_beside(path, ".unwiped", ret); }

bool wipe_owed(const char *path)
{
    char owed[FILE_PATH_MAX];
    int64_t bytes;
    return owed_at(path, owed) && file_look(owed, &bytes) != FILE_ABSENT;
}

bool wipe_owe(const struct env *env, const char *path)
{
    char owed[FILE_PATH_MAX];
    const int fd = owed_at(path, owed) ? env->open(env->ctx, owed, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0) return false;
    const bool ok = env->fsync(env->ctx, fd) == 0;
    env->close(env->ctx, fd);
    return ok && directory_sync_of(env, owed);
}

/* Empties the log; a reader in the middle of an answer is waited for, a quarter of a minute and not longer: a try may wait some seconds itself. */
static bool empty_log(struct store *s)
{
    const int64_t begun_ms = s->env->now_ms(s->env->ctx);
    for (int i = 0; i < SCRUB_TRIES && s->env->now_ms(s->env->ctx) - begun_ms < SCRUB_FOR_MS; i++) {
        if (db_checkpoint(s->db, true)) return true;
        if (db_error(s->db) != DB_ERROR_BUSY) return false;
        db_error_clear(s->db);
        nanosleep(&(struct timespec){ .tv_nsec = SCRUB_WAIT_MS * 1000000L }, NULL);
    }
    db_refuse(s->db, DB_ERROR_BUSY, "a reader keeps the log of the database");
    return false;
}

bool database_scrub(struct store *s) { return empty_log(s) && db_vacuum(s->db) && empty_log(s); }

bool wipe_pay(struct store *s, const char *path)
{
    char owed[FILE_PATH_MAX];
    if (!database_scrub(s)) return false;
    return !wipe_owed(path) || (owed_at(path, owed) && (file_remove(owed) || errno == ENOENT)); /* after a power cut it may stand again: then it is done once more */
}
