/* Power cuts under the shipped desk: its writer, its imports, its schema, through their own entry points.
 *
 *   crash_test [--cuts N] [--seed S]     (else ZG_SEED; ZG_LONG=1: ten times the cuts)
 *   crash_test caught                    of a desk that was built with a fault: fails unless the cuts catch it
 *
 * A round opens a desk on a disk in memory (crash_vfs.h) and works: orders, payments, marks, some refused; in some rounds an import or
 * its undo runs along. Before each operation on the disk the dice may fall: then the database is looked at as a cut at that very moment
 * would leave it, recovered by the shipped store, and compared with the ledger as the client knew it then. Some of the recoveries
 * are cut in their turn; some images are opened by a whole desk, which must undo the interrupted import.
 *
 * Two controls follow, with the same eyes: a writer that syncs only at checkpoints (NORMAL) and one that never does (OFF) must both
 * be caught losing what they acknowledged, or the harness is blind. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/prng.h"
#include "crash_vfs.h"
#include "fixture.h"
#include "ledger.h"
#include "store/import_store.h"

enum { ORDERS_PER_ROUND = 48, CUT_ONE_IN = 5, VERIFY_ONE_IN = 20, AGAIN_ONE_IN = 10, WHOLE_DESK_ONE_IN = 40, CONTROL_CUTS = 400 };

struct trial {
    struct fault_place place;
    char image[FAULT_PATH], image2[FAULT_PATH];
    struct prng dice;
    struct ledger ledger;
    struct desk *desk;
    _Atomic int64_t import_id;          /* of this round; 0: none, or not begun */
    atomic_bool undoing;                /* its undo was asked for */
    int64_t cuts_wanted;
    _Atomic int64_t cuts;
    int64_t cuts_again, whole_desks, verified, partial, rounds, wrong;
    int again_at, again_seen;           /* cut the recovery at this operation; 0: do not */
    bool again_made;
    char first_wrong[900];
};

static void wrong(struct trial *t, const char *image, const char *what)
{
    if (t->wrong++ == 0)
        snprintf(t->first_wrong, sizeof t->first_wrong, "round %" PRId64 ", cut %" PRId64 " (%s): %s", t->rounds, atomic_load(&t->cuts), image, what);
}

/* ---- looking at what a cut left ---- */

struct import_view { int64_t rows_done; enum import_state state; bool there; };

static bool import_look(struct store *s, int64_t import_id, struct import_view *ret)
{
    struct import_row row;
    static _Thread_local struct import_file_row files[DESK_IMPORT_TABLES_MAX];
    *ret = (struct import_view){ 0 };
    const enum import_found found = import_find(s, 1, import_id, &row);
    if (found == IMPORT_READ_FAILED) return false;
    if (found == IMPORT_NOT_FOUND) return true;
    const int n = import_files(s, 1, import_id, files, DESK_IMPORT_TABLES_MAX);
    if (n < 0) return false;
    *ret = (struct import_view){ .there = true, .state = row.state };
    for (int i = 0; i < n; i++) ret->rows_done += files[i].rows_done;
    return true;
}

/* Acknowledged rows of the import are in, and what the database says of the import is exactly what is in. */
static bool import_agrees(struct trial *t, struct store *s, int64_t acknowledged, int64_t file_rows, char *why, size_t size)
{
    struct import_view v;
    if (t->import_id == 0 && acknowledged == 0) return true;
    if (!import_look(s, t->import_id, &v)) {
        snprintf(why, size, "the import cannot be read: %s", db_error_message(s->db));
        return false;
    }
    if (t->undoing) return true; /* any part of it may be out; derived_agrees has looked at the rest */
    if (!v.there && acknowledged == 0 && file_rows == 0) return true;
    if (v.rows_done > 0 && v.rows_done < FAULT_FILE_ROWS) t->partial++;
    if (v.there && v.rows_done == file_rows && v.rows_done >= acknowledged) return true;
    snprintf(why, size, "import: %" PRId64 " rows acknowledged, %" PRId64 " recorded, %" PRId64 " there", acknowledged, v.rows_done, file_rows);
    return false;
}

static bool look(struct trial *t, const char *image, int64_t acknowledged)
{
    struct store s;
    enum db_error error = DB_OK;
    struct ledger_report r = { 0 };
    char why[256] = "";
    if (!store_open(&s, &t->place.env, image, DB_WRITE, &error, why, sizeof why)) {
        wrong(t, image, why);
        return false;
    }
    bool ok = ledger_agrees(&t->ledger, &s, &r);
    const int64_t file_rows = r.file_rows;
    ok = ok && derived_agrees(&s, &r);
    if (ok && prng_below(&t->dice, VERIFY_ONE_IN) == 0) {
        t->verified++;
        ok = verify_agrees(&s, &r);
    }
    if (!ok) wrong(t, image, r.what);
    else if (!(ok = import_agrees(t, &s, acknowledged, file_rows, why, sizeof why))) wrong(t, image, why);
    if (t->again_at > 0) store_close(&s); /* its checkpoint is what is cut */
    else db_abandon(s.db);
    return ok;
}

/* The next start of a whole desk: it marks the import interrupted, and an undo leaves the ledger's orders alone. */
static void look_with_desk(struct trial *t, const char *image)
{
    static struct import_figures f;
    struct desk_message m = { 0 };
    struct ledger_report r = { 0 };
    struct store s;
    enum db_error error;
    char why[256] = "";
    struct desk *d = desk_open(&t->place.env, image, DESK_COMMAND, true, &m);
    if (!d) {
        wrong(t, image, m.en);
        return;
    }
    t->whole_desks++;
    if (t->import_id > 0) {
        const enum desk_result result = desk_import_undo(d, t->import_id, 0, NULL, NULL, &f, &m);
        const bool fine = result == DESK_DONE || (result == DESK_REFUSED && (strcmp(m.code, "no-import") == 0 || strcmp(m.code, "undone") == 0));
        if (!fine) wrong(t, image, m.en);
    }
    desk_close(d);
    if (!store_open(&s, &t->place.env, image, DB_WRITE, &error, why, sizeof why)) {
        wrong(t, image, why);
        return;
    }
    if (!ledger_agrees(&t->ledger, &s, &r) || r.file_rows != 0 || !derived_agrees(&s, &r))
        wrong(t, image, r.what[0] ? r.what : "rows of the undone import are still there");
    store_close(&s);
}

/* ---- the dice, before each operation on the disk ---- */

static enum crash_fate roll_fate(struct prng *p)
{
    const uint64_t n = prng_below(p, 8);
    return n == 0 ? FATE_LOST : n == 1 ? FATE_KEPT : n == 2 ? FATE_TORN : n == 3 ? FATE_GARBAGE : FATE_MIXED;
}

static int64_t acknowledged_rows(struct trial *t)
{
    static _Thread_local struct import_figures f;
    int64_t rows = 0;
    if (t->import_id == 0 || t->undoing || !desk_import_running(t->desk, t->import_id, &f)) return 0;
    for (int i = 0; i < f.file_count; i++) rows += f.files[i].rows_done;
    return rows;
}

static void cut_here(struct trial *t)
{
    const int64_t acknowledged = acknowledged_rows(t);
    t->cuts++;
    crash_cut(t->place.path, t->image, roll_fate(&t->dice), prng_next(&t->dice));
    t->again_at = prng_below(&t->dice, AGAIN_ONE_IN) == 0 ? 1 + (int)prng_below(&t->dice, 12) : 0;
    t->again_seen = 0;
    t->again_made = false;
    const bool ok = look(t, t->image, acknowledged);
    if (t->again_made) {
        t->cuts_again++;
        t->again_at = 0;
        look(t, t->image2, acknowledged);
        crash_remove(t->image2);
    }
    if (ok && prng_below(&t->dice, WHOLE_DESK_ONE_IN) == 0) look_with_desk(t, t->image);
    crash_remove(t->image);
}

static void on_operation(void *ctx, enum crash_op op, const char *name)
{
    struct trial *t = ctx;
    (void)op;
    if (strncmp(name, t->image, strlen(t->image)) == 0) {
        if (t->again_at == 0 || ++t->again_seen != t->again_at) return;
        crash_cut(t->image, t->image2, roll_fate(&t->dice), prng_next(&t->dice));
        t->again_made = true;
        return;
    }
    if (strncmp(name, t->place.path, strlen(t->place.path)) == 0 && t->cuts < t->cuts_wanted && prng_below(&t->dice, CUT_ONE_IN) == 0) cut_here(t);
}

/* ---- work ---- */

static void on_started(void *ctx, enum desk_result result, int64_t import_id, const struct desk_message *m)
{
    struct trial *t = ctx;
    if (result == DESK_DONE) t->import_id = import_id;
    else wrong(t, "import", m->en);
}

/* Some operations at a time: many share a commit, some have one to themselves. */
static void work(struct trial *t, struct prng *p)
{
    struct writer *w = desk_writer(t->desk);
    for (int next = 0; next < ORDERS_PER_ROUND && t->cuts < t->cuts_wanted;) {
        const int burst = 1 + (int)prng_below(p, 6);
        for (int i = 0; i < burst && next < ORDERS_PER_ROUND; i++, next++) {
            ledger_post(&t->ledger, w, next, OP_ORDER, prng_below(p, 8) == 0);
            const int before = (int)prng_below(p, (uint64_t)next + 1);
            if (ledger_state(&t->ledger, before, OP_ORDER) != OP_OK) continue;
            const enum op_kind kind = prng_below(p, 2) ? OP_PAY : OP_MARK;
            if (ledger_state(&t->ledger, before, kind) == OP_NONE) ledger_post(&t->ledger, w, before, kind, prng_below(p, 8) == 0);
        }
        if (prng_below(p, 3) > 0) ledger_wait(&t->ledger);
    }
    ledger_wait(&t->ledger);
}

static void round_of_work(struct trial *t)
{
    struct desk_message m = { 0 };
    struct prng p;
    prng_seed(&p, prng_next(&t->dice));
    crash_copy(t->place.base, t->place.path);
    t->import_id = 0;
    t->undoing = false;
    ledger_init(&t->ledger, &t->ledger.shop);
    t->desk = desk_open(&t->place.env, t->place.path, DESK_SERVE, true, &m); /* a serving desk imports in small slices */
    if (!t->desk) fault_die("open", m.en);
    t->ledger.feed = feed_open(&t->place.env, desk_writer(t->desk), &t->place.shop);
    crash_vfs_hook(on_operation, t);
    const bool imports = t->rounds % 3 == 1, undoes = t->rounds % 6 == 1;
    const char *paths[] = { t->place.csv };
    const struct import_ask ask = { .store = TEXT("s"), .paths = paths, .count = 1, .as_of_ms = INSTANT_NONE };
    if (imports && !desk_import_start(t->desk, &ask, on_started, t)) fault_die("import", "not started");
    for (int i = 0; imports && i < 50000 && t->import_id == 0; i++) usleep(100); /* its process has to start: the work is to meet its rows */
    work(t, &p);
    for (int i = 0; imports && i < 50000 && t->import_id == 0 && t->wrong == 0; i++) usleep(100); /* begun, so that closing cuts it short */
    if (undoes) {
        for (int i = 0; i < 20000 && (t->import_id == 0 || desk_import_running(t->desk, t->import_id, NULL)); i++) usleep(100);
        t->undoing = true;
        static struct import_figures f;
        if (t->import_id > 0) desk_import_undo(t->desk, t->import_id, 0, NULL, NULL, &f, &m);
    }
    feed_close(t->ledger.feed);
    t->ledger.feed = NULL;
    desk_close(t->desk); /* its last checkpoint is cut as well */
    crash_vfs_hook(NULL, NULL);
    t->desk = NULL;
    t->rounds++;
}

/* ---- set-up ---- */

static void setup(struct trial *t, uint64_t seed)
{
    fault_place_make(&t->place);
    prng_seed(&t->dice, seed);
    t->ledger.shop = t->place.shop;
    fault_path(&t->place, "cut1.db", t->image);
    fault_path(&t->place, "cut2.db", t->image2);
}

/* ---- the trials ---- */

static void run(struct trial *t, int64_t cuts)
{
    t->cuts_wanted = cuts;
    t->cuts = 0;
    t->cuts_again = t->whole_desks = t->verified = t->partial = t->rounds = t->wrong = 0;
    t->first_wrong[0] = '\0';
    while (t->cuts < cuts && t->rounds < cuts + 10) round_of_work(t);
}

static bool caught(struct trial *t, enum crash_sync_level level, const char *name)
{
    crash_vfs_sync_level(level);
    run(t, CONTROL_CUTS);
    crash_vfs_sync_level(CRASH_SYNC_AS_ASKED);
    printf("# control %s: %" PRId64 " of %" PRId64 " cuts caught; first: %s\n", name, t->wrong, atomic_load(&t->cuts), t->first_wrong);
    return t->wrong > 0;
}

int main(int argc, char **argv)
{
    static struct trial t;
    int64_t cuts = 10000, seed = 1;
    if (getenv("ZG_SEED")) text_to_i64(text_from_cstr(getenv("ZG_SEED")), &seed);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--cuts") == 0) text_to_i64(text_from_cstr(argv[i + 1]), &cuts);
        if (strcmp(argv[i], "--seed") == 0) text_to_i64(text_from_cstr(argv[i + 1]), &seed);
    }
    if (getenv("ZG_LONG")) cuts *= 10;
    setup(&t, (uint64_t)seed);
    if (argc == 2 && strcmp(argv[1], "caught") == 0) {
        const bool seen = caught(&t, CRASH_SYNC_AS_ASKED, "a planted fault");
        printf("1..1\n%s 1 - a desk that was built with a fault is caught\n", seen ? "ok" : "not ok");
        fault_place_remove(&t.place);
        return seen ? 0 : 1;
    }
    printf("1..3\n");
    const int64_t began_us = t.place.env.monotonic_us(t.place.env.ctx);
    run(&t, cuts);
    const double took_s = (double)(t.place.env.monotonic_us(t.place.env.ctx) - began_us) / 1e6;
    printf("# seed %" PRId64 ": %" PRId64 " cuts in %.1f s, %" PRId64 " of recoveries cut again, %" PRId64 " opened by a whole desk, %" PRId64
           " verified, %" PRId64 " in the middle of an import's rows, %" PRId64 " rounds, %" PRId64 " wrong\n", seed, atomic_load(&t.cuts), took_s, t.cuts_again,
           t.whole_desks, t.verified, t.partial, t.rounds, t.wrong);
    if (t.wrong > 0) printf("# %s\n", t.first_wrong);
    const bool good = t.wrong == 0 && t.cuts == cuts;
    printf("%s 1 - %" PRId64 " power cuts lose nothing that was acknowledged\n", good ? "ok" : "not ok", atomic_load(&t.cuts));
    fflush(stdout);
    const bool normal = caught(&t, CRASH_SYNC_NORMAL, "synchronous=NORMAL");
    printf("%s 2 - a writer that syncs only at checkpoints is caught\n", normal ? "ok" : "not ok");
    const bool off = caught(&t, CRASH_SYNC_OFF, "synchronous=OFF");
    printf("%s 3 - a writer that never syncs is caught\n", off ? "ok" : "not ok");
    fault_place_remove(&t.place);
    return good && normal && off ? 0 : 1;
}
