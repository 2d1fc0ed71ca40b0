/* What can be asked of the desk: the same entry for the page and for the command line.
 *
 * A desk owns the writer, F.lock and (when it serves) F.sock.  A command-line verb opens it with DESK_COMMAND: it then either
 * holds F.lock itself for as long as the verb runs, or, beside a running desk, hands each command through F.sock to that desk;
 * the functions below are the same in both cases and the caller need not know which it is.
 *
 * Functions without _start or _post block: never from an HTTP thread or the writer's seat. The _start and _post forms answer
 * through a callback, on a thread of the desk. A message is one sentence in each language, with a frozen code word. */
#ifndef ZG_DESK_COMMANDS_H
#define ZG_DESK_COMMANDS_H
#include "base/env.h"
#include "base/instant.h"
#include "base/text.h"
#include "core/run/reminder.h"
#include "desk/writer.h"
#include "intake/intake.h"
#include "store/policy_store.h"

#define DESK_IMPORT_FILES_MAX 64
#define DESK_IMPORT_TABLES_MAX 128 /* of all its files; each is a row of import_file */
#define DESK_LEFT_ASIDE_MAX 32     /* told by name */

enum desk_result {
    DESK_DONE,
    DESK_REFUSED, /* nothing changed; the message says why and what to do */
    DESK_FULL,    /* disk full: nothing changed */
    DESK_BUSY,    /* too much waits already: ask again later */
    DESK_FAILED,  /* database or system failure; the message says what stands */
};
struct desk_message { char code[32], en[640], zh[640]; };

enum desk_mode {
    DESK_SERVE,   /* hold F.lock and answer on F.sock; refused ("running") when another desk does */
    DESK_COMMAND, /* hold F.lock, or go through the desk that does */
};
struct desk;
struct feeds;
struct importer_walls;
/* NULL and the message when it cannot be opened. `create`: a database that is not there is made (init, demo, serve).
 * Imports that a crash left running are marked interrupted. */
struct desk *desk_open(const struct env *env, const char *path, enum desk_mode mode, bool create, struct desk_message *ret);
/* Stops what runs (an import becomes interrupted), checkpoints, gives the lock back. */
void desk_close(struct desk *d);
const char *desk_path(const struct desk *d);
const char *desk_files_dir(const struct desk *d);    /* F.files: uploads, directory 0700, files 0600; made when first asked for */
struct feeds *desk_feeds(struct desk *d);            /* feeds.h; NULL when this desk does not serve */
struct writer *desk_writer(struct desk *d);          /* NULL when this desk goes through another process */
/* The writer stopped for good after a failed write: the process must end with an exit code that is not 0. `failed` is called
 * once, on the writer's thread. */
void desk_on_failure(struct desk *d, void (*failed)(void *ctx, const char *message), void *ctx);
bool desk_failed(const struct desk *d);
/* What stands between the world and the process that reads files, found out when the desk that serves was opened (desk/importer.h). */
const struct importer_walls *desk_importer_walls(const struct desk *d);

/* ---- stores and profiles ---- */
enum desk_result desk_shop_create(struct desk *d, const struct shop_new *n, int64_t user_id, struct desk_message *ret);
/* The built-in profiles and those that this store's users made; free with profile_set_free. NULL and the message on error. */
struct profile_set *desk_profile_set(const struct env *env, struct store *reader, const struct shop *shop, struct desk_message *ret);
/* json as in docs/internals/intake.md; replaces the store's profile of that name. A built-in name or a bad profile is refused. */
enum desk_result desk_profile_save(struct desk *d, struct text store, struct text name, struct text json, int64_t user_id,
                                   struct desk_message *ret);

/* ---- the contact policy ---- */
struct policy_ask { struct text store; const struct policy_value *values; int count; int64_t user_id; };
enum { DESK_POLICY_VALUES_MAX = POLICY_ROWS_MAX };
/* All of the values or none; the message says which is refused and what it may be. */
enum desk_result desk_policy_set(struct desk *d, const struct policy_ask *ask, struct desk_message *ret);

/* ---- imports ---- */
/* How one file is to be read, where that is not as the ask says for all; NULL and "" likewise: as there. */
struct import_ask_file { const char *profile, *zone, *encoding; };
struct import_ask {
    struct text store;
    const char *const *paths; /* a relative one is taken from this process's directory */
    const char *const *names; /* what to call each; NULL: the base names of the paths */
    int count;
    const struct import_ask_file *each; /* `count` of them, or NULL; not of one that goes through F.sock */
    const char *profile;      /* NULL: recognise */
    const char *zone;         /* NULL: the store's */
    const char *encoding;     /* as intake_encoding_find; NULL: as the bytes say */
    int64_t as_of_ms;         /* INSTANT_NONE: from the name, else the latest time in the file */
    int64_t user_id;          /* 0: the command line */
};
enum import_phase { IMPORT_SCANNING, IMPORT_APPLYING, IMPORT_UNDOING, IMPORT_ENDED };
/* A table of a file: the file itself, a sheet of a workbook, or one in an archive. */
struct import_file_figures {
    char name[256], profile[64], encoding[16];
    char member[256], sheet[128]; /* empty where there is none */
    char asked_zone[48];      /* the zone in which times were read that the file does not tell; empty: it tells, or a zone was asked */
    char unknown_status[256]; /* status words that no table lists, as far as there is room: "a, b" */
    int64_t asked;                /* which of the ask's files it is of, from 0 */
    int64_t as_of_ms, rows, rows_done, added, updated, unchanged, quarantined;
};
/* A table that is in none of the known forms, beside others that are: it was not imported, and why. */
struct import_left_aside { char name[256], member[256], sheet[128], code[32], en[320], zh[320]; };
/* What is durable: figures change with the commit that made them true. */
struct import_figures {
    int64_t import_id;        /* 0 while scanning */
    enum import_phase phase;
    int file_count;
    struct import_file_figures files[DESK_IMPORT_TABLES_MAX];
    int left_count;           /* may be more than are told */
    struct import_left_aside left[DESK_LEFT_ASIDE_MAX];
    int64_t rows_per_s, seconds_left; /* -1: not known yet */
    int scan_file; int64_t scan_bytes, scan_bytes_all;
};
/* Called on the caller's thread, at most some ten times a second, and always once for the last figures. */
typedef void import_progress(void *ctx, const struct import_figures *f);

/* A file of several tables counts as so many files; those of no known form are left aside when another one is known.
 * Scans every file first: one refused file refuses them all, nothing changes and the message names what was seen. DESK_DONE: applied.
 * DESK_FULL or DESK_FAILED after it began: the import is interrupted, *ret tells what stands, resume or undo it. */
enum desk_result desk_import(struct desk *d, const struct import_ask *ask, import_progress *progress, void *ctx,
                             struct import_figures *ret, struct desk_message *ret_message);
/* What desk_import would report, found out in a rehearsal (store/rehearsal.h): nothing changes, no lock is taken, a running desk goes on.
 * `watch` is called now and then with the figures so far, and returns false to end it (DESK_FAILED, "stopped"); may be NULL. */
typedef bool rehearse_watch(void *ctx, const struct import_figures *f);
enum desk_result desk_import_rehearse(const struct env *env, const char *path, const struct import_ask *ask, rehearse_watch *watch, void *ctx,
                                      struct import_figures *ret, struct desk_message *ret_message);
/* Goes on with an interrupted import, row by row where it stopped. Refused when a file is no longer what it was. */
enum desk_result desk_import_resume(struct desk *d, int64_t import_id, int64_t user_id, import_progress *progress, void *ctx,
                                    struct import_figures *ret, struct desk_message *ret_message);
/* Undoes an applied or interrupted import. */
enum desk_result desk_import_undo(struct desk *d, int64_t import_id, int64_t user_id, import_progress *progress, void *ctx,
                                  struct import_figures *ret, struct desk_message *ret_message);

/* The same for the page. `started` is called once: DESK_DONE with the import's number as soon as it runs, else with the message.
 * The ask is copied. False: too many run already (DESK_BUSY), and `started` is not called. */
typedef void import_started(void *ctx, enum desk_result result, int64_t import_id, const struct desk_message *message);
bool desk_import_start(struct desk *d, const struct import_ask *ask, import_started *started, void *ctx);
bool desk_import_resume_start(struct desk *d, int64_t import_id, int64_t user_id, import_started *started, void *ctx);
bool desk_import_undo_start(struct desk *d, int64_t import_id, int64_t user_id, import_started *started, void *ctx);
/* True when it runs at this moment; then *ret has its figures. */
bool desk_import_running(struct desk *d, int64_t import_id, struct import_figures *ret);

/* ---- reminders ---- */
struct mark_ask {
    struct text store, order_no;
    int wave;                   /* 1 or 2 */
    enum mark_outcome outcome;  /* MARK_NONE takes a mark back */
    struct text reason;         /* needed for MARK_SKIPPED */
    int64_t user_id;
    struct text text_key;       /* which text was used (desk/text_pick.h); empty: not told */
};
typedef void desk_done(void *ctx, enum desk_result result, const struct desk_message *message);
enum desk_result desk_mark(struct desk *d, const struct mark_ask *ask, struct desk_message *ret);
/* The ask is copied; `done` is called exactly once, also when the queue is full (DESK_BUSY, then on the caller's thread). */
void desk_mark_post(struct desk *d, const struct mark_ask *ask, desk_done *done, void *ctx);

/* ---- the way out ---- */
/* Whoever takes something with persons out of the desk stands in the audit, by the page or the command line, before it is given out. */
enum taken { TAKEN_LIST = 1, TAKEN_ARCHIVE = 2, TAKEN_PERSON = 3 };
struct taken_ask { struct text store; enum taken what; struct text which; /* of a list its word, of an archive its store; nothing of a person */ int64_t user_id; };
enum desk_result desk_taken(struct desk *d, const struct taken_ask *ask, struct desk_message *ret);

/* ---- copies ---- */
/* Writes a copy of the database as of one moment to `to` while the desk serves; checked and synced before it bears that name.
 * A file that is there already is refused. */
enum desk_result desk_backup(struct desk *d, const char *to, int64_t *ret_bytes, struct desk_message *ret);
/* Puts the copy `from` in the place of the database at `path`; a desk that runs on it does so while it serves, and its readers see the
 * old or the new. A crash leaves the old or the new. Refused while an import runs, and for a file that is damaged, newer, another
 * program's, or holds anything but our schema. The old database stays beside it as PATH.before-restore. Everybody has to sign in again,
 * imports that ran when the copy was made are interrupted, and the copy's audit gains a "restore". */
enum desk_result desk_restore(const struct env *env, const char *path, const char *from, struct desk_message *ret);
#endif
