/* A disk that fills and has room again, and a disk whose sync fails, under the shipped desk.
 *
 *   disk_test [--points N]
 *
 * Full: at each of N sizes the disk ends in the middle of the work. Requests are then answered "full" and leave nothing, readers go on,
 * an import stops and says what stands; when there is room again the same process writes on, and a resume ends where a whole import ends.
 * Sync: the n-th sync fails. Nothing is retried: the desk says it has failed, answers nobody with success, and the next start has
 * everything that was acknowledged.
 * Last: how many writes a commit is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "crash_vfs.h"
#include "fixture.h"
#include "ledger.h"
#include "store/inbox_store.h"

enum { ORDERS = 40, STEP_BYTES = 9000, LONE_ORDERS = 20 };

struct trial {
    struct fault_place place;
    struct ledger ledger;
    struct import_figures figures;
    int64_t full_seen, waiting_seen, unknown_seen, imports_stopped, failures_seen;
    bool full;                          /* there is no room on the disk */
    int failures_told;
    int64_t syncs_told;                 /* how many there were when it was */
    char wrong[900];
};

static bool wrong(struct trial *t, int64_t point, const char *what)
{
    if (t->wrong[0] == '\0') snprintf(t->wrong, sizeof t->wrong, "point %" PRId64 ": %s", point, what);
    return false;
}

static struct desk *open_desk(struct trial *t)
{
    struct desk_message m = { 0 };
    struct desk *d = desk_open(&t->place.env, t->place.path, DESK_SERVE, false, &m);
    if (!d && strcmp(m.code, "no-database") == 0) d = desk_open(&t->place.env, t->place.path, DESK_SERVE, true, &m);
    if (!d) fault_die("open", m.en);
    t->ledger.feed = feed_open(&t->place.env, desk_writer(d), &t->place.shop);
    return d;
}

static void close_desk(struct trial *t, struct desk *d)
{
    feed_close(t->ledger.feed);
    t->ledger.feed = NULL;
    desk_close(d);
}

static bool agrees(struct trial *t, struct desk *d /* NULL: closed */, int64_t point, int64_t file_rows)
{
    struct store s;
    if (d) writer_settle(desk_writer(d));
    struct ledger_report r = { 0 };
    enum db_error error;
    char why[256] = "";
    if (!store_open(&s, &t->place.env, t->place.path, DB_READ, &error, why, sizeof why)) return wrong(t, point, why);
    /* with a full disk an event may be accepted, durable, and not taken in */
    bool ok = t->full && inbox_waiting(&s) > 0 ? ++t->waiting_seen > 0 : ledger_agrees(&t->ledger, &s, &r);
    const int64_t there = r.file_rows;
    ok = ok && derived_agrees(&s, &r);
    store_close(&s);
    if (!ok) return wrong(t, point, r.what);
    return there == file_rows || file_rows < 0 ? true : wrong(t, point, "the imported rows are not those that it says are in");
}

/* Orders in small bursts, so that some commits hold many and some one. */
static void work(struct trial *t, struct desk *d, int from, int to)
{
    for (int i = from; i < to; i++) {
        ledger_post(&t->ledger, desk_writer(d), i, OP_ORDER, i % 11 == 10);
        if (i > from && ledger_state(&t->ledger, i - 1, OP_ORDER) == OP_OK) ledger_post(&t->ledger, desk_writer(d), i - 1, OP_PAY, false);
        if (i % 3 == 0) ledger_wait(&t->ledger);
    }
    ledger_wait(&t->ledger);
}

static int64_t results(const struct trial *t, enum writer_result r) { return atomic_load(&t->ledger.by_result[r]); }

static int64_t rows_done(const struct import_figures *f)
{
    int64_t n = 0;
    for (int i = 0; i < f->file_count; i++) n += f->files[i].rows_done;
    return n;
}

/* ---- a full disk ---- */

static bool full_requests(struct trial *t, int64_t point)
{
    crash_copy(t->place.base, t->place.path);
    ledger_init(&t->ledger, &t->place.shop);
    struct desk *d = open_desk(t);
    crash_vfs_room(crash_vfs_used() + point * STEP_BYTES);
    work(t, d, 0, ORDERS);
    t->full_seen += results(t, WRITER_FULL);
    t->full = true;
    bool ok = agrees(t, d, point, 0); /* a reader, while the disk is full */
    t->full = false;
    crash_vfs_room(-1);
    const int64_t done = results(t, WRITER_DONE);
    work(t, d, ORDERS, ORDERS + 6);
    if (results(t, WRITER_DONE) <= done || desk_failed(d)) ok = wrong(t, point, "the desk did not write on when there was room again");
    if (results(t, WRITER_FAILED) > 0) ok = wrong(t, point, "a full disk was answered as a failure");
    ok = agrees(t, d, point, 0) && ok;
    close_desk(t, d);
    return agrees(t, NULL, point, 0) && ok;
}

static bool full_import(struct trial *t, int64_t point)
{
    struct desk_message m = { 0 };
    const char *paths[] = { t->place.csv };
    const struct import_ask ask = { .store = TEXT("s"), .paths = paths, .count = 1, .as_of_ms = INSTANT_NONE };
    crash_copy(t->place.base, t->place.path);
    ledger_init(&t->ledger, &t->place.shop);
    struct desk *d = open_desk(t);
    crash_vfs_room(crash_vfs_used() + point * STEP_BYTES * 3);
    enum desk_result r = desk_import(d, &ask, NULL, NULL, &t->figures, &m);
    bool ok = r == DESK_DONE || r == DESK_FULL ? true : wrong(t, point, m.en);
    if (r == DESK_FULL) t->imports_stopped++;
    const int64_t id = t->figures.import_id;
    ok = agrees(t, NULL, point, id > 0 ? rows_done(&t->figures) : 0) && ok;
    crash_vfs_room(-1);
    if (r == DESK_FULL && id > 0) {
        /* the import's row says interrupted by itself as soon as there is room */
        for (int i = 0; i < 3000 && (r = desk_import_resume(d, id, 0, NULL, NULL, &t->figures, &m)) == DESK_REFUSED && strcmp(m.code, "running") == 0; i++)
            usleep(1000);
        if (r != DESK_DONE) ok = wrong(t, point, m.en);
        ok = agrees(t, NULL, point, FAULT_FILE_ROWS) && ok;
    }
    if (id > 0 && desk_import_undo(d, id, 0, NULL, NULL, &t->figures, &m) != DESK_DONE) ok = wrong(t, point, m.en);
    close_desk(t, d);
    return agrees(t, NULL, point, id > 0 ? 0 : -1) && ok;
}

/* ---- a failed sync ---- */

static void told(void *ctx, const char *message)
{
    struct trial *t = ctx;
    (void)message;
    t->failures_told++;
    t->syncs_told = crash_vfs_syncs();
}

static bool failed_sync(struct trial *t, int64_t point)
{
    crash_copy(t->place.base, t->place.path);
    ledger_init(&t->ledger, &t->place.shop);
    t->failures_told = 0;
    struct desk *d = open_desk(t);
    desk_on_failure(d, told, t);
    crash_vfs_fail_sync((int)(point / 2), point % 2 == 0); /* a disk mostly says it once, and then takes what comes */
    work(t, d, 0, ORDERS);
    const bool failed = desk_failed(d);
    bool ok = true;
    if (failed) {
        t->failures_seen++;
        t->unknown_seen += results(t, WRITER_FAILED);
        const int64_t done = results(t, WRITER_DONE);
        if (t->failures_told != 1) ok = wrong(t, point, "the failure was not told once");
        work(t, d, ORDERS, ORDERS + 3);
        if (results(t, WRITER_DONE) != done) ok = wrong(t, point, "a request was acknowledged after a failed sync");
        close_desk(t, d);
        if (crash_vfs_syncs() != t->syncs_told) ok = wrong(t, point, "something was synced again after a failed sync");
    } else {
        close_desk(t, d);
    }
    crash_vfs_fail_sync(0, false);
    /* the machine goes down with what was not synced; the next start must have what was acknowledged */
    crash_cut(t->place.path, t->place.base, FATE_LOST, (uint64_t)point);
    crash_copy(t->place.base, t->place.path);
    d = open_desk(t);
    ok = agrees(t, NULL, point, 0) && ok;
    close_desk(t, d);
    return ok;
}

/* ---- how a commit reaches the disk ---- */

struct writes { int log, syncs; };

static void count_write(void *ctx, enum crash_op op, const char *name)
{
    struct writes *w = ctx;
    const size_t n = strlen(name);
    if (n < 4 || strcmp(name + n - 4, "-wal") != 0) return;
    w->log += op == CRASH_WRITE;
    w->syncs += op == CRASH_SYNC;
}

/* Orders one at a time: each changes many pages, and the log takes them in one write before its one sync. */
static bool few_writes(struct trial *t)
{
    struct writes w = { 0 };
    crash_copy(t->place.base, t->place.path);
    ledger_init(&t->ledger, &t->place.shop);
    struct desk *d = open_desk(t);
    work(t, d, 0, 3);
    crash_vfs_hook(count_write, &w);
    for (int i = 3; i < 3 + LONE_ORDERS; i++) {
        ledger_post(&t->ledger, desk_writer(d), i, OP_ORDER, false);
        ledger_wait(&t->ledger);
    }
    crash_vfs_hook(NULL, NULL);
    close_desk(t, d);
    printf("# %d orders: %d writes to the log, %d syncs\n", (int)LONE_ORDERS, w.log, w.syncs);
    return w.syncs >= LONE_ORDERS && w.log >= LONE_ORDERS && w.log <= 2 * LONE_ORDERS && agrees(t, NULL, 0, 0);
}

static void verdict(int number, struct trial *t, bool good, const char *what)
{
    if (t->wrong[0]) printf("# %s\n", t->wrong);
    printf("%s %d - %s\n", good && t->wrong[0] == '\0' ? "ok" : "not ok", number, what);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct trial t;
    int64_t points = 60;
    char base[FAULT_PATH];
    bool good = true;
    if (argc == 3 && strcmp(argv[1], "--points") == 0) text_to_i64(text_from_cstr(argv[2]), &points);
    fault_place_make(&t.place);
    printf("1..4\n");
    for (int64_t i = 0; i < points; i++) full_requests(&t, i);
    printf("# %" PRId64 " requests met a full disk; %" PRId64 " times accepted orders waited for room\n", t.full_seen, t.waiting_seen);
    verdict(1, &t, t.full_seen > 0, "a full disk: requests are refused, readers go on, and the desk writes again with no restart");
    good = good && t.wrong[0] == '\0' && t.full_seen > 0;

    t.wrong[0] = '\0';
    for (int64_t i = 0; i < points; i++) full_import(&t, i);
    printf("# %" PRId64 " imports met a full disk\n", t.imports_stopped);
    verdict(2, &t, t.imports_stopped > 0, "a full disk: an import stops, says what stands, and can be resumed and undone");
    good = good && t.wrong[0] == '\0' && t.imports_stopped > 0;

    t.wrong[0] = '\0';
    fault_path(&t.place, "fresh.db", base);
    crash_copy(t.place.base, base);
    for (int64_t i = 2; i <= 2 * points + 1; i++) {
        crash_copy(base, t.place.base);
        failed_sync(&t, i);
    }
    printf("# %" PRId64 " syncs failed, %" PRId64 " requests were left unknown\n", t.failures_seen, t.unknown_seen);
    verdict(3, &t, t.failures_seen > 0 && t.unknown_seen > 0, "a failed sync: no retry, no answer of success, everything acknowledged is there at the next start");
    good = good && t.wrong[0] == '\0' && t.failures_seen > 0 && t.unknown_seen > 0;

    t.wrong[0] = '\0';
    crash_copy(base, t.place.base);
    const bool few = few_writes(&t);
    verdict(4, &t, few, "a commit goes to the log in one write");
    good = good && t.wrong[0] == '\0' && few;
    fault_place_remove(&t.place);
    return good ? 0 : 1;
}
