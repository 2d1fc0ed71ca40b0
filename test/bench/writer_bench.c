/* The writer under one producer and under many, beside the disk's own fdatasync.
 *
 *   writer_bench DIRECTORY [--seconds S] [--producers N]
 *
 * Each event is one order with two lines, through the desk's feed: order, events, lines, customer, reserved stock, the row that the
 * reminder reads, counters; answered when it is durable. Prints JSON: fdatasync of 4 KiB a second, requests a second, and how long an
 * answer took (p50, p99). The disk is measured before and after, in the same directory. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "desk/feed.h"
#include "os/os.h"

enum { PRODUCTS = 1000, REGIONS = 31, PRODUCERS_MAX = 256, DISK_MS = 500, SAMPLES_MAX = 1 << 20 };

static struct env env;
static struct shop shop;
static struct writer *writer;
static struct feed *feed;
static atomic_int_fast64_t next_order;
static atomic_bool stop;

struct producer { pthread_t thread; int64_t done; int32_t *us; size_t samples; };

static void die(const char *what, const char *why)
{
    fprintf(stderr, "writer_bench: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void) { return env.monotonic_us(env.ctx); }

/* ---- the disk ---- */

/* 4 KiB over bytes that are there already, as the write-ahead log does once it has its length. */
static double disk_rate(const char *directory)
{
    char path[512], block[4096];
    snprintf(path, sizeof path, "%s/fdatasync", directory);
    memset(block, 7, sizeof block);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) die(path, "cannot be made");
    for (int i = 0; i < 1024; i++)
        if (pwrite(fd, block, sizeof block, i * 4096L) != (ssize_t)sizeof block) die(path, "cannot be written");
    fsync(fd);
    const int64_t began = now_us();
    int64_t n = 0;
    for (; now_us() - began < DISK_MS * 1000; n++) {
        if (pwrite(fd, block, sizeof block, n % 1024 * 4096) != (ssize_t)sizeof block || fdatasync(fd) != 0) die(path, "cannot be synced");
    }
    const double rate = (double)n * 1e6 / (double)(now_us() - began);
    close(fd);
    unlink(path);
    return rate;
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
        .customer_id = CLAIM_NONE,
        .person = { .buyer = { buyer, (size_t)snprintf(buyer, sizeof buyer, "buyer%" PRId64, order * 7919 % 1000003) } },
    } };
    c[1] = c[0];
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
        if (p->samples < SAMPLES_MAX / PRODUCERS_MAX) p->us[p->samples++] = (int32_t)(now_us() - began);
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

static void measure(int producers, int seconds)
{
    static struct producer p[PRODUCERS_MAX];
    static int32_t all[SAMPLES_MAX];
    const size_t each = SAMPLES_MAX / PRODUCERS_MAX;
    atomic_store(&stop, false);
    const uint64_t commits = writer_commits(writer);
    const double cpu = cpu_us();
    const int64_t began = now_us();
    for (int i = 0; i < producers; i++) {
        p[i] = (struct producer){ .us = all + (size_t)i * each };
        if (pthread_create(&p[i].thread, NULL, produce, &p[i]) != 0) die("thread", "cannot be made");
    }
    sleep((unsigned)seconds);
    atomic_store(&stop, true);
    int64_t done = 0;
    size_t samples = 0;
    for (int i = 0; i < producers; i++) {
        pthread_join(p[i].thread, NULL);
        done += p[i].done;
        memmove(all + samples, p[i].us, p[i].samples * sizeof *all);
        samples += p[i].samples;
    }
    const double took_s = (double)(now_us() - began) / 1e6;
    qsort(all, samples, sizeof *all, by_time);
    printf("{\"producers\":%d,\"per_s\":%.0f,\"commits_per_s\":%.0f,\"p50_us\":%d,\"p99_us\":%d,\"cpu_us_per_order\":%.0f}\n", producers, (double)done / took_s,
           (double)(writer_commits(writer) - commits) / took_s, samples ? all[samples / 2] : 0, samples ? all[samples * 99 / 100] : 0,
           done ? (cpu_us() - cpu) / (double)done : 0);
    fflush(stdout);
}

/* ---- set-up ---- */

static bool shop_run(struct store *s, void *arg)
{
    (void)arg;
    const struct shop_new n = { TEXT("s"), TEXT("shop"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    return shop_create(s, &n, &shop) == SHOP_OK;
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
    printf("{\"fdatasync_per_s\":%.0f}\n", disk_rate(argv[1]));
    measure((int)producers, (int)seconds);
    printf("{\"fdatasync_per_s\":%.0f}\n", disk_rate(argv[1]));
    feed_close(feed);
    writer_stop(writer);
    os_env_release(&env);
    return 0;
}
