/* Seeded random days of a shop whose reminders go out by themselves, through the entry points of the shipped desk.
 *
 * usage: outbox_sim FIRST_SEED DAYS            fails when a checker finds anything
 *        outbox_sim FIRST_SEED DAYS caught     of a control: fails unless a checker finds something
 *
 * A day is 40 hours of orders, payments, cancellations, opt-outs, complaints, reminders by hand, imports and undos of them, hours in which the
 * feed is silent, a clock that jumps, other sides that refuse, hang or lose the answer, and deaths of the process at any look at the clock and
 * before, in and after a send. The desk runs in a child; what the world did, what it told the desk and what left the house stands in memory
 * shared with the next child, so that the checkers know more than the desk. Read in this order: struct world (outbox_world.h),
 * script_make (what will happen, outbox_world.c), day_main (the child), wire_send (what leaves, and the checkers, outbox_wire.c), ledger_check.
 *
 * Checked of every message that leaves: its order was not known paid, cancelled, shipped or gone before it was leased; its buyer was not known
 * to have opted out or complained; it is no quiet hour, no meal and a good window where the policy says so; the cap of 24 hours and the gap
 * hold by the desk's own clock; the feed is not dark; the same wave of the same order did not leave before, unless it surely did not arrive
 * or a person said again. While the first one leaves, the log of the database can be emptied. At the end: what the ledger calls sent has left,
 * and what may have arrived is called sent or unknown. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "outbox_world.h"

/* ---- the child ---- */

static void order_ids_load(struct store *s)
{
    struct db_stmt *q = db_stmt(s->db, SQL("SELECT order_no, order_id FROM order_key WHERE merchant_id = $1 AND store_id = $2"));
    if (!q) wrong("orders");
    db_bind_i64(q, 1, shop.merchant_id);
    db_bind_i64(q, 2, shop.store_id);
    while (db_step(q) == DB_ROW) {
        const struct text no = db_text_at(q, 0);
        int64_t i;
        if (no.len < 2 || !text_to_i64((struct text){ no.ptr + 1, no.len - 1 }, &i) || i >= ORDERS) wrong("an order of nobody");
        w->orders[i].order_id = db_i64_at(q, 1);
    }
    db_done(q);
}

static void turns(struct runner *runner, struct sender *sender)
{
    struct runner_tally tick;
    struct sender_tally turn;
    do {
        if (!runner_tick(runner, &tick)) wrong("a tick");
        w->n.held_dark += tick.shops_dark;
    } while (tick.more);
    order_ids_load(&day_reader);
    do {
        for (int i = 0; i < ORDERS; i++) w->known_closed[i] = is_closed(&w->orders[i]);
        for (int i = 0; i < BUYERS; i++) w->known_stopped[i] = w->opted_out[i] || w->complained[i];
        w->turn_ms = w->now_ms;
        w->turn_clock_ms = w->now_ms + w->offset_ms;
        w->turn_fact_ms = w->latest_fact_ms;
        if (!sender_turn(sender, &turn)) wrong("a turn");
        w->n.returned += turn.returned;
        w->n.dropped += turn.refused;
    } while (turn.leased > 0);
}

static void day_main(void)
{
    w->die_in = -1;
    day_open();
    struct runner *runner = runner_open(&(struct runner_ask){ &env, path, desk_writer(desk) });
    struct sender *sender = sender_open(&(struct sender_ask){ &env, path, desk_writer(desk), &wire_ways, &shop, w->email ? CHANNEL_EMAIL : CHANNEL_SMS });
    if (!runner || !sender) wrong("the runner");
    while (w->now_ms < DAY_BEGINS + DAY_H * MS_PER_HOUR) {
        for (int i = 0; i < w->act_count; i++)
            if (!w->acts[i].done && w->acts[i].at_ms <= w->now_ms) act_do(&w->acts[i]);
        turns(runner, sender);
        w->now_ms += MS_PER_MIN + some(14 * MS_PER_MIN);
    }
    w->die_in = -1;
    sender_close(sender);
    runner_close(runner);
    day_close();
    day_open(); /* once more: what was leased is unknown now */
    order_ids_load(&day_reader);
    ledger_check(&day_reader);
    day_close();
    os_env_release(&env);
    _exit(0);
}

/* ---- the parent ---- */

static struct desk_message made_message;

static void template_make(const char *at)
{
    const struct shop_new n = { .key = TEXT("s"), .name = TEXT("小店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"), .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    snprintf(path, sizeof path, "%s", at);
    if (!os_env_init(&env)) wrong("the world");
    desk = desk_open(&env, path, DESK_COMMAND, true, &made_message);
    if (!desk || desk_shop_create(desk, &n, 0, &made_message) != DESK_DONE) wrong(made_message.en);
    desk_close(desk);
    os_env_release(&env);
}

static void copy(const char *from, const char *to)
{
    static char bytes[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t n;
    if (!in || !out) wrong("a copy");
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        if (fwrite(bytes, 1, n, out) != n) wrong("a copy");
    fclose(in);
    if (fclose(out) != 0) wrong("a copy");
}

static void run_child(void (*main)(void))
{
    const pid_t pid = fork();
    int status = 0;
    if (pid < 0) wrong("fork");
    if (pid == 0) {
        main();
        _exit(0);
    }
    if (waitpid(pid, &status, 0) != pid) wrong("wait");
    if (WIFEXITED(status) && WEXITSTATUS(status) == DIED && main == day_main) {
        run_child(main);
        return;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) wrong("the desk ended otherwise than by a death of ours");
}

static void begin_main(void)
{
    w->die_in = -1;
    day_open();
    policy_make();
    script_make();
    day_close();
}

static void add(struct counts *sum)
{
    const int64_t *from = (const int64_t *)&w->n;
    int64_t *to = (int64_t *)sum;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) to[i] += from[i];
}

int main(int argc, char **argv)
{
    const int64_t first = argc > 1 ? atoll(argv[1]) : 1, days = argc > 2 ? atoll(argv[2]) : 100;
    const bool control = argc > 3;
    /* In memory where that can be: what dies here is a process, so nothing hangs on a sync, and the days wait for none. */
    char in_memory[] = "/dev/shm/zg-outbox-XXXXXX", on_disk[] = "/tmp/zg-outbox-XXXXXX", made[64];
    const char *const directory = mkdtemp(in_memory) ? in_memory : mkdtemp(on_disk);
    static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
    struct counts sum = { 0 };
    int64_t bad = 0;
    w = mmap(NULL, sizeof *w, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (w == MAP_FAILED || !directory) return 2;
    snprintf(made, sizeof made, "%s/made.db", directory);
    template_make(made);
    snprintf(path, sizeof path, "%s/day.db", directory);
    for (int64_t day = 0; day < days; day++) {
        memset(w, 0, sizeof *w);
        *w = (struct world){ .seed = (uint64_t)(first + day), .now_ms = DAY_BEGINS, .latest_fact_ms = INSTANT_NONE / 2, .die_in = -1 };
        prng_seed(&w->p, w->seed);
        copy(made, path);
        run_child(begin_main);
        run_child(day_main);
        if (w->faults && (bad++ < 5 || !control)) printf("seed %" PRIu64 ": %d found, first: %s\n", w->seed, w->faults, w->what);
        add(&sum);
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
            char gone[128];
            snprintf(gone, sizeof gone, "%s%s", path, suffixes[i]);
            unlink(gone);
        }
    }
    printf("%" PRId64 " days: %" PRId64 " sent, %" PRId64 " unknown, %" PRId64 " failed, %" PRId64 " returned, %" PRId64 " refused at the lease; %" PRId64 " deaths, %" PRId64
           " clock jumps, %" PRId64 " silent feeds, %" PRId64 " ticks in the dark, %" PRId64 " undone, %" PRId64 " by hand, %" PRId64 " sent again by a person, %" PRId64
           " payments while sending; days with a fault: %" PRId64 "\n", days, sum.sent, sum.unknown, sum.failed, sum.returned, sum.dropped, sum.deaths, sum.jumps, sum.gaps,
           sum.held_dark, sum.undone, sum.by_hand, sum.again, sum.crossed, bad);
    char made_lock[80];
    snprintf(made_lock, sizeof made_lock, "%s.lock", made);
    unlink(made), unlink(made_lock), rmdir(directory);
    if (control) return bad > 0 ? 0 : 1;
    const bool met = sum.sent > days && sum.unknown > 0 && sum.failed > 0 && sum.deaths > 0 && sum.jumps > 0 && sum.undone > 0 && sum.again > 0 && sum.crossed > 0;
    if (!met) fprintf(stderr, "outbox_sim: the days met too little\n");
    return bad == 0 && met ? 0 : 1;
}
