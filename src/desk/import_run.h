/* One import, from the ask to its end, on a thread of its own; what import_run.c, import_state.c, import_prepare.c, import_job.c and undo_job.c share. */
#ifndef ZG_DESK_IMPORT_RUN_H
#define ZG_DESK_IMPORT_RUN_H
#include <stdatomic.h>
#include "desk/desk.h"
#include "desk/importer.h"
#include "desk/source.h"
#include "store/import_store.h"

enum run_kind { RUN_IMPORT, RUN_RESUME, RUN_UNDO };

/* A table of a file. */
struct run_file {
    struct import_file_row row;         /* as the database has it, or will */
    struct intake_part part;
    int asked;                          /* which of the ask's files */
    struct intake_options options;
    struct intake_scan_result scan;
};

struct import_run {
    struct desk *desk;
    enum run_kind kind;
    struct arena arena;                 /* the ask and what the scans found */
    struct import_ask ask;
    int64_t user_id, import_id;
    struct shop shop;
    struct profile_set *profiles;
    struct run_file *files[DESK_IMPORT_TABLES_MAX];
    int file_count;
    struct import_left_aside *left[DESK_LEFT_ASIDE_MAX];
    int left_count;                     /* may be more than are kept */
    struct text store_seen;             /* whose orders the files so far hold, as far as they tell */
    import_started *started;            /* NULL once it was called, or when nobody asked */
    void *started_ctx;
    rehearse_watch *watch;              /* of a rehearsal only */
    void *watch_ctx;
    atomic_bool stop;                   /* the desk is closing */
    int64_t began_us, rows_before;      /* when rows began to be applied, and how many were in by then */

    pthread_mutex_t lock;               /* guards the rest */
    pthread_cond_t changed;
    struct import_figures figures;
    uint64_t version;                   /* grows with each change of figures */
    bool ended;
    enum desk_result result;
    struct desk_message message;
    int holders;                        /* the thread, and a caller that waits */
};

/* ---- import_prepare.c: nothing is written ---- */
enum desk_result run_prepare(struct import_run *run, struct desk_message *m);
bool run_state_fits(enum run_kind kind, enum import_state state);
enum desk_result run_state_refused(struct desk_message *m, int64_t import_id, enum import_state state);

/* ---- import_state.c ---- */
/* NULL: no memory. The ask is copied. run_free only for one that never got its thread. */
struct import_run *run_new(struct desk *d, enum run_kind kind, const struct import_ask *ask);
void run_free(struct import_run *run);
void run_watched(struct import_run *run); /* tells the watch of a rehearsal, which may stop it */
int64_t run_now_us(const struct import_run *run);
/* What is durable now: the rows' figures of every file. On any thread. */
void run_publish(struct import_run *run, enum import_phase phase, const struct import_file_row *rows);
/* What reads the file, apart; NULL when memory ran out. */
struct importer *run_importer(struct import_run *run, const struct run_file *f);

/* ---- import_job.c, undo_job.c: on the run's thread, while the desk's writer does the work; return when it is done ---- */
/* DESK_DONE: applied. Else the message says what stands; *ret_marked: the import's row says so too. */
enum desk_result import_job_run(struct import_run *run, struct desk_message *m, bool *ret_marked);
enum desk_result undo_job_run(struct import_run *run, struct desk_message *m, bool *ret_marked);
#endif
