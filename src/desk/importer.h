/* The importer: a process of its own that reads one file, and nothing else in the world.
 *
 * It is this program once more (env->importer), started with a hidden word; importer_child.c is what it does. It has the file, a
 * spill and one end of a socket (os/child.h), puts walls around itself before it reads a byte (os/sandbox.h), and answers the same
 * questions as intake: what parts, a scan, row by row. The pure functions of src/intake do the work there; here their answers arrive
 * as bytes that are believed only as far as they were checked (importer_pack.h).
 *
 * A reading that breaks, stands still, takes too much or tries what it may not ends that process and nothing else: the question is
 * answered with REFUSED_STOPPED, or ROW_ERROR, and importer_fault tells why. The next question starts another process. */
#ifndef ZG_DESK_IMPORTER_H
#define ZG_DESK_IMPORTER_H
#include "base/env.h"
#include "intake/intake.h"
#include "os/sandbox.h"

/* The hidden first argument that makes this program an importer. */
#define IMPORTER_WORD "--importer"
enum {
    IMPORTER_SILENT_MS = 30000, /* a reading that gives no sign of life for so long is ended */
    IMPORTER_MEMORY_BYTES = 64 * 1024 * 1024,      /* on top of what the process has when it starts */
};

struct importer_ask {
    const struct env *env;
    const char *path;
    struct text name;                    /* what people call it */
    int64_t bytes;
    const char *spill_beside;            /* as struct file_spill's: on whose disk it may put what is too large for memory */
    const struct profile_set *profiles;
    int silent_ms;                       /* 0: IMPORTER_SILENT_MS */
    bool (*stop)(void *ctx); void *stop_ctx; /* asked some ten times a second while an answer is waited for: true ends it; may be NULL */
};
struct importer;
/* Borrows what the ask points to until closed. Starts nothing yet; NULL when memory ran out. */
struct importer *importer_open(const struct importer_ask *ask);
void importer_close(struct importer *im); /* also while rows come: the process is ended */

/* As intake_parts and intake_scan. The options' spill is not used: the importer has its own. */
bool importer_parts(struct importer *im, struct arena *a, const struct intake_options *opt, struct intake_parts *ret);
bool importer_scan(struct importer *im, struct arena *a, const struct intake_options *opt,
                   bool (*progress)(void *ctx, int64_t bytes_done, int64_t bytes_all), void *progress_ctx, struct intake_scan_result *ret);
/* Begins to read the rows of scan->part, at most so many (0: all); false: it could not. Then importer_next is as intake_reader_next. */
bool importer_read(struct importer *im, const struct intake_options *opt, const struct intake_scan_result *scan, int64_t most);
enum intake_row_kind importer_next(struct importer *im, struct arena *batch, struct intake_row *row, struct intake_fault *fault);
int64_t importer_line(const struct importer *im);  /* where the row last given begins */
int64_t importer_bytes(const struct importer *im); /* about how far in scan->bytes the reading is */
int64_t importer_file_bytes(const struct importer *im); /* how long the file is now; -1: not open */

enum importer_fault {
    IMPORTER_WELL,
    IMPORTER_NO_FILE /* it cannot be opened */, IMPORTER_NOT_STARTED, IMPORTER_UNCONFINED /* a wall that the kernel has could not be put up */,
    IMPORTER_STOPPED /* it tried what it may not */, IMPORTER_DIED, IMPORTER_NO_MEMORY, IMPORTER_SILENT, IMPORTER_SLOW /* its processor time is up */,
    IMPORTER_NONSENSE /* its answer was no answer */, IMPORTER_ENDED /* stop() said so */,
};
/* Why the last question was not answered. */
enum importer_fault importer_fault(const struct importer *im);
/* The sentences of a refusal, with the file's name. */
void importer_refusal(const struct importer *im, struct arena *a, struct text *ret_en, struct text *ret_zh);
const char *importer_fault_word(enum importer_fault f);  /* frozen: "importer-stopped" */
struct text importer_fault_text(enum importer_fault f, bool zh); /* a clause without a full stop: "the process that reads files .." */

/* What stands between an importer and the world on this machine, found out by starting one. */
struct importer_walls { enum importer_fault fault; struct sandbox_state state; };
struct importer_walls importer_try(const struct env *env);
/* One sentence about what is missing here and what that means; TEXT_NONE when nothing is. In the arena. */
struct text importer_walls_text(struct arena *a, const struct importer_walls *w, bool zh);

/* ---- in the other process: importer_child.c ---- */
/* Tests of the walls only: both are called with the file's descriptor, once the walls stand (or instead, when they are left out) and
 * after each frame of rows. */
struct importer_child_test { void (*started)(int file); void (*rows_sent)(int file); bool without_walls; };
/* The whole life of an importer; returns its exit code. test: NULL. */
int importer_child(const struct importer_child_test *test);
enum { IMPORTER_EXIT_UNCONFINED = 3, IMPORTER_EXIT_NO_MEMORY = 4 };
#endif
