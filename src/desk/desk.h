/* What the files of desk/ share; nobody else includes it.
 *
 *   desk.c          open and close: above all others           door.c      F.sock: the serving side
 *   message.c       what is said; the shop: below all others   remote.c    F.sock: the asking side
 *   shop_change.c   stores, maps of columns                    wire.c      what both say to each other
 *   mark_change.c   marks                                      copies.c    backup, restore under a running desk
 *   import_run.c    one import from ask to end (its thread)    restore.c   restore where none runs
 *   import_state.c  what is known of it, and told              undo_job.c  an undo, slice by slice
 *   import_job.c    its rows on their way to the writer */
#ifndef ZG_DESK_DESK_H
#define ZG_DESK_DESK_H
#include <pthread.h>
#include "desk/archive.h"
#include "desk/channel_change.h"
#include "desk/commands.h"
#include "desk/feed_change.h"
#include "desk/files.h"
#include "desk/importer.h"
#include "desk/lock.h"
#include "desk/outbox_ways.h"
#include "desk/person.h"

enum { DESK_RUNS_MAX = 8 };

struct door;
struct import_run;
struct feeds;
struct folders;
struct notices;
struct outbox_desk;
struct desk {
    const struct env *env;
    char path[FILE_PATH_MAX], files_dir[FILE_PATH_MAX], sock[FILE_PATH_MAX];
    bool serves;                    /* others may ask while a job runs; set before any thread is made */
    struct importer_walls walls;    /* of a desk that serves */
    struct lock lock;
    struct writer *writer;          /* NULL: goes through F.sock */
    struct door *door;              /* NULL: does not serve */
    struct feeds *feeds;            /* NULL: does not serve */
    struct folders *folders;        /* likewise */
    struct notices *notices;        /* likewise */
    struct channel_ways ways;
    struct outbox_desk *outbox;     /* likewise */
    pthread_mutex_t runs_lock;      /* guards the rest */
    pthread_cond_t runs_changed;
    struct import_run *runs[DESK_RUNS_MAX];
    int run_count;
    bool closing;
    bool restoring;                 /* no import may begin */
};

/* Both formats take the same arguments. */
void message_set(struct desk_message *m, const char *code, const char *en, const char *zh, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* What a writer's answer means; sets the message for all but WRITER_DONE. A refused request has set its own. */
enum desk_result message_of_writer(struct desk_message *m, enum writer_result r);
/* Why a database could not be opened. */
void message_of_open(struct desk_message *m, const char *path, enum db_error error, const char *why);
/* A reading store, or false and the message. */
bool desk_reader(const struct env *env, const char *path, struct store *ret, struct desk_message *m);
/* 1 to 63 letters, digits, dots, dashes, underscores. */
bool shop_key_good(struct text key);
enum desk_result desk_shop(struct store *reader, struct text key, struct shop *ret, struct desk_message *m);

/* ---- import_run.c ---- */
void desk_runs_stop(struct desk *d); /* asks every import to stop and waits until they have */
/* Keeps imports from beginning until they are let again. False, with nothing kept: one runs, or a restore does already. */
bool desk_runs_keep_out(struct desk *d);
void desk_runs_let(struct desk *d);

/* ---- copies.c ---- */
/* Removes what a restore left that a kill cut short; with the lock held. */
void copies_tidy(const char *path);
/* desk_restore in the desk that serves. `from` is a whole path. */
enum desk_result desk_restore_serving(struct desk *d, const char *from, struct desk_message *ret);

/* ---- door.c ---- */
struct door *door_open(struct desk *d, struct desk_message *m);
void door_close(struct door *door);

/* ---- remote.c: the same commands through F.sock ---- */
enum desk_result remote_import(struct desk *d, const struct import_ask *ask, import_progress *progress, void *ctx,
                               struct import_figures *ret, struct desk_message *m);
enum desk_result remote_import_change(struct desk *d, const char *verb, int64_t import_id, int64_t user_id, import_progress *progress,
                                      void *ctx, struct import_figures *ret, struct desk_message *m);
enum desk_result remote_shop_create(struct desk *d, const struct shop_new *n, int64_t user_id, struct desk_message *m);
enum desk_result remote_profile_save(struct desk *d, struct text store, struct text name, struct text json, int64_t user_id,
                                     struct desk_message *m);
enum desk_result remote_policy_set(struct desk *d, const struct policy_ask *ask, struct desk_message *m);
struct team_ask;
enum desk_result remote_team_change(struct desk *d, const struct team_ask *ask, struct desk_message *m);
struct suppress_ask;
struct outbox_resolve_ask;
enum desk_result remote_outbox_resolve(struct desk *d, const struct outbox_resolve_ask *ask, struct desk_message *m);
enum desk_result remote_suppress(struct desk *d, const struct suppress_ask *ask, int *ret_changed, struct desk_message *m);
enum desk_result remote_taken(struct desk *d, const struct taken_ask *ask, struct desk_message *m);
enum desk_result remote_mark(struct desk *d, const struct mark_ask *ask, struct desk_message *m);
enum desk_result remote_backup(struct desk *d, const char *to, int64_t *ret_bytes, struct desk_message *m);
enum desk_result remote_restore(struct desk *d, const char *from, struct desk_message *m);
enum desk_result remote_archive_read(struct desk *d, const char *from, struct text key, int64_t user_id, archive_progress *progress, void *ctx,
                                     struct archive_done *ret, struct desk_message *m);
enum desk_result remote_feed_change(struct desk *d, const struct feed_ask *ask, struct feed_made *ret, struct desk_message *m);
enum desk_result remote_channel_change(struct desk *d, const struct channel_ask *ask, struct channel_made *ret, struct desk_message *m);
enum desk_result remote_person_erase(struct desk *d, const struct person_ask *ask, json_t **ret, struct desk_message *m);
/* Whether somebody answers on F.sock. */
bool remote_answers(const struct desk *d);
/* A socket's path may be 107 bytes long; a longer one is reached through an open directory. -1 and errno. */
int sock_listen(const struct env *env, const char *path);
int sock_connect(const struct env *env, const char *path);
#endif
