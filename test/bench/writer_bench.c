/* The writer under one producer and under many, beside the disk's own fdatasync.
 *
 *   writer_bench DIRECTORY [--seconds S] [--producers N]
 *
 * Each event is one order with two lines, as the reader of events gives it (intake/event.h: the first claim tells the order and a line, the
 * second the other line), through the desk's feed: order, events, lines, customer, reserved stock, the row that the reminder reads,
 * counters; answered when it is durable. The clock goes on until all of it is taken in (writer_settle), and at the end every order is there.
 * Prints JSON: fdatasync of 4 KiB a second, requests a second, and how long an answer took (p50, p99). The disk is measured by turns with
 * it, in the same directory. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "desk/feed.h"
#include "os/os.h"

enum { PRODUCTS = 1000, REGIONS = 31, PRODUCERS_MAX = 256, SAMPLES_MAX = 1 << 20, BLOCK = 4096, BLOCKS = 1024, SLICES_PER_S = 4, DISK_SLICE_US = 50000 };

static struct env env;
static struct shop shop;
static struct writer *writer;
static struct feed *feed;
static atomic_int_fast64_t next_order;
static atomic_bool stop;

struct producer { pthread_t thread; int64_t done; int32_t *us; size_t samples, samples_max; };

static void die(const char *what, const char *why)
{
    fprintf(stderr, "writer_bench: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void) { return env.monotonic_us(env.ctx); }

/* ---- the disk ---- */

struct disk { int fd; int64_t synced, us; };

static struct disk disk_open(const char *directory)
{
    char path[512], block[BLOCK];
    const struct disk d = { .fd = (snprintf(path, sizeof path, "%s/fdatasync", directory), open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) };
    memset(block, 7, sizeof block);
    if (d.fd < 0) die(path, "cannot be made");
    for (int i = 0; i < BLOCKS; i++)
        if (pwrite(d.fd, block, sizeof block, (off_t)i * BLOCK) != BLOCK) die(path, "cannot be written");
    fsync(d.fd);
    unlink(path);
    return d;
}

/* 4 KiB over bytes that are there already, as the write-ahead log does once it has its length. */
static void disk_slice(struct disk *d)
{
    char block[BLOCK];
    const int64_t began = now_us();
    memset(block, 9, sizeof block);
    for (; now_us() - began < DISK_SLICE_US; d->synced++)
        if (pwrite(d->fd, block, sizeof block, d->synced % BLOCKS * BLOCK) != BLOCK || fdatasync(d->fd) != 0) die("fdatasync", "failed");
    d->us += now_us() - began;
}

/* ---- one order ---- */

static void line_of(struct order_claim *c, int64_t order, int part, char code[24])
{
    memcpy(c->key.bytes, &order, sizeof order);
    c->key.bytes[15] = (unsigned char)(part + 1);
    c->has_line = true;
    c->line = (struct line_claim){ .sub_no = part ? TEXT("2") : TEXT("1"), .title = TEXT("tea"), .occurrence = 1, .pieces = 1 + part,
                                   .unit_minor = 2500, .line_minor = 2500 * (1 + part), .refund_minor = CLAIM_NONE, .extra_minor = CLAIM_NONE };
    c->line.sku_code = (struct text){ code, (size_t)snprintf(code, 24, "SKU-%03d", (int)((order * 7919 + part * 331) % PRODUCTS)) };
}

static enum writer_result order_put(int64_t order)
{
    static const char *const regions[REGIONS] = {
        "北京", "天津", "上海", "重庆", "河北省", "山西省", "辽宁省", "吉林省", "黑龙江省", "江苏省", "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省",
        "湖北省", "湖南省", "广东省", "海南省", "四川省", "贵州省", "云南省", "陕西省", "甘肃省", "青海省", "内蒙古", "广西", "西藏", "宁夏", "新疆",
    };
    char no[24], buyer[24], code[2][24];
    const struct text number = { no, (size_t)snprintf(no, sizeof no, "%" PRId64, INT64_C(3000000000000000000) + order) };
    const int64_t placed = INT64_C(1604937600000) + order * 20; /* one after the other, as on the day itself */
    struct order_claim c[2] = { {
        .order_no = number, .as_of_ms = placed + 1000, .rank = SOURCE_WEBHOOK, .placed_at_ms = placed, .paid_at_ms = order % 7 ? placed + 900 : CLAIM_NONE,
        .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE,
        .ship_by_ms = CLAIM_NONE, .total_minor = 7500, .paid_minor = order % 7 ? 7500 : CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 3,
        .status = order % 7 ? STATUS_PAID : STATUS_UNPAID, .pay_kind = PAY_ONLINE, .region = text_from_cstr(regions[order * 31 % REGIONS]), .country = TEXT("CN"),
        .balance_minor = CLAIM_NONE, .customer_id = CLAIM_NONE,
        .person = { .buyer = { buyer, (size_t)snprintf(buyer, sizeof buyer, "buyer%" PRId64, order * 7919 % 1000003) } },
    } };
    c[1] = (struct order_claim){
        .order_no = number, .as_of_ms = c[0].as_of_ms, .rank = c[0].rank, .placed_at_ms = CLAIM_NONE, .paid_at_ms = CLAIM_NONE,
        .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE,
        .ship_by_ms = CLAIM_NONE, .total_minor = CLAIM_NONE, .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = CLAIM_NONE,
        .balance_minor = CLAIM_NONE, .customer_id = CLAIM_NONE,
    };
    line_of(&c[0], order, 0, code[0]);
    line_of(&c[1], order, 1, code[1]);
    return feed_call(feed, c, 2);
}

static void *produce(void *arg)
{
    struct producer *p = arg;
    while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
        const int64_t order = atomic_fetch_add(&next_order, 1);
        const int64_t began = now_us();
        if (order_put(order) != WRITER_DONE) die("request", "was not done");
        if (p->samples < p->samples_max) p->us[p->samples++] = (int32_t)(now_us() - began);
        p->done++;
    }
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Processor time of the whole process so far: tells our own cost also on a busy machine. */
static double cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

/* All producers for a fraction of a second. Returns how long it took. */
static int64_t produce_slice(struct producer *p, int producers)
{
    const int64_t began = now_us();
    atomic_store(&stop, false);
    for (int i = 0; i < producers; i++)
        if (pthread_create(&p[i].thread, NULL, produce, &p[i]) != 0) die("thread", "cannot be made");
    const struct timespec slice = { .tv_nsec = 1000000000 / SLICES_PER_S };
    nanosleep(&slice, NULL);
    atomic_store(&stop, true);
    for (int i = 0; i < producers; i++) pthread_join(p[i].thread, NULL);
    writer_settle(writer); /* nothing is left for later */
    return now_us() - began;
}

static void tell(const struct producer *p, int producers, int32_t *all, double took_s)
{
    int64_t done = 0;
    size_t samples = 0;
    for (int i = 0; i < producers; i++) {
        done += p[i].done;
        memmove(all + samples, p[i].us, p[i].samples * sizeof *all);
        samples += p[i].samples;
    }
    qsort(all, samples, sizeof *all, by_time);
    printf("{\"producers\":%d,\"per_s\":%.0f,\"p50_us\":%d,\"p99_us\":%d", producers, (double)done / took_s, samples ? all[samples / 2] : 0,
           samples ? all[samples * 99 / 100] : 0);
}

/* The disk and the producers by turns, as a disk's own rate may change from second to second. */
static void measure(const char *directory, int producers, int64_t seconds)
{
    static struct producer p[PRODUCERS_MAX];
    static int32_t all[SAMPLES_MAX];
    const size_t each = SAMPLES_MAX / (size_t)producers;
    struct disk disk = disk_open(directory);
    const uint64_t commits = writer_commits(writer);
    double busy_us = 0;
    int64_t us = 0, done = 0;
    for (int i = 0; i < producers; i++) p[i] = (struct producer){ .us = all + (size_t)i * each, .samples_max = each };
    for (int64_t i = 0; i < seconds * SLICES_PER_S; i++) {
        disk_slice(&disk);
        const double cpu = cpu_us();
        us += produce_slice(p, producers);
        busy_us += cpu_us() - cpu;
    }
    close(disk.fd);
    for (int i = 0; i < producers; i++) done += p[i].done;
    const double took_s = (double)us / 1e6;
    tell(p, producers, all, took_s);
    printf(",\"commits_per_s\":%.0f,\"cpu_us_per_order\":%.0f,\"fdatasync_per_s\":%.0f}\n", (double)(writer_commits(writer) - commits) / took_s,
           done ? busy_us / (double)done : 0, (double)disk.synced * 1e6 / (double)disk.us);
}

/* ---- set-up ---- */

static bool shop_run(struct store *s, void *arg)
{
    (void)arg;
    const struct shop_new n = { TEXT("s"), TEXT("shop"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    return shop_create(s, &n, &shop) == SHOP_OK;
}

static int64_t orders_there;
static bool count_run(struct store *s, void *arg)
{
    (void)arg;
    struct db_stmt *q = db_stmt(s->db, "SELECT count(*) AS n FROM orders o WHERE (SELECT count(*) FROM order_line l WHERE l.merchant_id = o.merchant_id"
                                       " AND l.order_id = o.order_id) = 2");
    if (q && db_step(q) == DB_ROW) orders_there = db_i64(q, "n");
    if (q) db_done(q);
    return q != NULL;
}

int main(int argc, char **argv)
{
    char path[512], why[256];
    enum db_error error;
    int64_t seconds = 2, producers = 1;
    if (argc < 2 || !os_env_init(&env)) die("usage", "writer_bench DIRECTORY [--seconds S] [--producers N]");
    for (int i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0) text_to_i64(text_from_cstr(argv[i + 1]), &seconds);
        if (strcmp(argv[i], "--producers") == 0) text_to_i64(text_from_cstr(argv[i + 1]), &producers);
    }
    if (producers < 1 || producers > PRODUCERS_MAX) die("producers", "1 to 256");
    snprintf(path, sizeof path, "%s/writer.db", argv[1]);
    writer = writer_start(&env, path, &error, why, sizeof why);
    if (!writer) die(path, why);
    if (writer_call(writer, shop_run, NULL) != WRITER_DONE) die("shop", "cannot be made");
    feed = feed_open(&env, writer, &shop);
    if (!feed) die("feed", "no memory");
    measure(argv[1], (int)producers, seconds);
    if (writer_call(writer, count_run, NULL) != WRITER_DONE || orders_there != atomic_load(&next_order)) die("orders", "that were answered are not there");
    feed_close(feed);
    writer_stop(writer);
    os_env_release(&env);
    return 0;
}
