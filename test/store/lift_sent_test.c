/* What reminding brings where messages go out by themselves: enough of them begin a holdout as marks by hand do, and both groups begin at the
 * moment of the order's message; who paid before it belongs to neither. Once anybody was reached earlier, by hand, all begin at the first delay.
 *
 * usage: lift_sent_test */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "desk/answer.h"
#include "desk/outbox_desk.h"
#include "os/os.h"
#include "store/holdout_store.h"
#include "store/mark_store.h"
#include "store/policy_store.h"

enum { BEFORE = 200 /* messages from which a holdout begins */, BY_DAY = 600, AT_NIGHT = 200, ALL = BEFORE + BY_DAY + AT_NIGHT };
#define AT_MS INT64_C(1700029800000) /* 15 Nov 2023, 14:30 in Shanghai */
#define NIGHT_MS (AT_MS + 8 * MS_PER_HOUR + 30 * MS_PER_MIN)
static char directory[] = "/tmp/zg-lift-sent-XXXXXX", path[64];

static struct env env;
static struct shop shop;
static struct writer *writer;
static struct sender *sender;
static struct runner *runner;
static int64_t at_ms = AT_MS;
static struct sold { int64_t placed_ms, paid_ms, sent_ms; } sold[ALL]; /* 0: not yet */
static int sends;

static void stop(const char *what) { fprintf(stderr, "lift_sent_test: %s\n", what); exit(1); }
static int64_t clock_ms(void *ctx) { (void)ctx; return at_ms; }

static bool begin_run(struct store *s, void *arg)
{
    struct policy_refused refused;
    const struct policy_value terms[] = { { TEXT("auto_sms"), 1, false }, { TEXT("holdout_share_bp"), 5000, false }, { TEXT("holdout_min_reminders"), BEFORE, false } };
    const struct shop_new n = { .key = TEXT("s"), .name = TEXT("小店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"), .zone = TEXT("Asia/Shanghai"), .country = TEXT("CN") };
    (void)arg;
    return shop_create(s, &n, &shop) == SHOP_OK && policy_put(s, &shop, terms, 3, 1, &refused) == POLICY_PUT_OK;
}

/* ---- orders, as they stand now ---- */

struct span { int from, to; };

static struct order_claim claim_of(char text[3][32], const char *kind, int number, const struct sold *o)
{
    static int64_t key;
    struct order_claim c = { .as_of_ms = at_ms, .first_as_of_ms = at_ms, .rank = SOURCE_WEBHOOK, .placed_at_ms = o->placed_ms, .paid_at_ms = o->paid_ms ? o->paid_ms : CLAIM_NONE,
        .cancelled_at_ms = CLAIM_NONE, .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = 9900,
        .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .balance_minor = CLAIM_NONE, .status = o->paid_ms ? STATUS_PAID : STATUS_UNPAID, .pay_kind = PAY_ONLINE,
        .country = TEXT("CN"), .title = TEXT("茶杯"), .customer_id = CLAIM_NONE };
    c.order_no = (struct text){ text[0], (size_t)snprintf(text[0], 32, "%s%04d", kind, number) };
    c.person.buyer = (struct text){ text[1], (size_t)snprintf(text[1], 32, "buyer%s%04d", kind, number) };
    c.person.phone = (struct text){ text[2], (size_t)snprintf(text[2], 32, "1390000%04d", number) };
    key++;
    memcpy(c.key.bytes, &key, sizeof key);
    return c;
}

/* And one that is new and paid at once, of which alone the desk can tell that the platform still speaks. */
static bool orders_run(struct store *s, void *arg)
{
    static struct order_claim claims[ALL + 1];
    static char text[ALL + 1][3][32];
    static int moments;
    const struct span *span = arg;
    struct apply_tally tally = { 0 };
    size_t n = 0;
    for (int i = span->from; i < span->to; i++, n++) claims[n] = claim_of(text[n], "B", i, &sold[i]);
    claims[n] = claim_of(text[n], "N", moments++, &(struct sold){ at_ms, at_ms, 0 });
    struct apply_session *a = apply_session_create(s, &shop, 0);
    const bool ok = a && apply_claims(a, claims, n + 1, &tally) && apply_flush(a);
    apply_session_free(a);
    return ok;
}

/* ---- the way out ---- */

static void *way_open(void *ctx, struct store *reader, const struct shop *s, enum channel channel) { (void)ctx, (void)reader, (void)s, (void)channel; return &sends; }
static void way_close(void *link) { (void)link; }

static enum channel_fate way_send(void *link, const struct channel_message *m, struct channel_outcome *ret)
{
    int64_t i = 0;
    (void)link;
    if (!text_to_i64((struct text){ m->to.ptr + m->to.len - 4, 4 }, &i) || i < 0 || i >= ALL || sold[i].sent_ms || sold[i].paid_ms) stop("a message to nobody, a second one, or of a paid order");
    sold[i].sent_ms = at_ms;
    sends++;
    *ret = (struct channel_outcome){ .fate = CHANNEL_SENT, .began = true, .retry_at_ms = INSTANT_NONE, .code = "sent" };
    return CHANNEL_SENT;
}

/* The desk at this moment, with the platform's word on these orders. */
static void desk_at(int64_t now_ms, int from, int to)
{
    struct runner_tally tick;
    struct sender_tally turn;
    at_ms = now_ms;
    if (writer_call(writer, orders_run, &(struct span){ from, to }) != WRITER_DONE) stop("orders");
    do
        if (!runner_tick(runner, &tick)) stop("a tick");
    while (tick.more);
    do
        if (!sender_turn(sender, &turn)) stop("a turn");
    while (turn.leased > 0);
}

/* ---- what is told ---- */

static int holdouts(int64_t *ret_since_ms)
{
    struct store s;
    struct holdout all[HOLDOUTS_MAX];
    enum db_error error;
    int n;
    if (!store_open(&s, &env, path, DB_READ, &error, NULL, 0) || !holdout_list(&s, &shop, INSTANT_NONE, INSTANT_MAX, all, &n)) stop("the holdouts");
    store_close(&s);
    if (n) *ret_since_ms = all[0].started_at_ms;
    return n;
}

static json_t *lift(void)
{
    struct store s;
    struct policy p;
    enum db_error error;
    enum answer_error wrong;
    if (!store_open(&s, &env, path, DB_READ, &error, NULL, 0) || !policy_load(&s, &shop, &p)) stop("the store");
    json_t *j = answer_lift(&(struct answer_ask){ &s, &shop, &p, at_ms, ANSWER_ALL }, &wrong);
    store_close(&s);
    if (!j) stop("no answer");
    return j;
}

static void arm_is(const json_t *j, const char *name, int64_t orders, int64_t recovered)
{
    const json_t *arm = json_object_get(j, name);
    const int64_t got = json_integer_value(json_object_get(arm, "orders")), won = json_integer_value(json_object_get(arm, "recovered"));
    printf("%s: %" PRId64 " orders, %" PRId64 " recovered; expected %" PRId64 ", %" PRId64 "\n", name, got, won, orders, recovered);
    if (got != orders || won != recovered) stop(name);
}

static bool mark_run(struct store *s, void *arg)
{
    return mark_set(s, &shop, &(struct mark_new){ .order_no = text_from_cstr(arg), .wave = 1, .outcome = MARK_DONE }) == MARK_OK;
}

/* Some pay by themselves before any message, others after it, more of those who were sent one. */
static void sell(void)
{
    const int day = BEFORE, night = BEFORE + BY_DAY;
    const int64_t since_ms = AT_MS;
    for (int i = day; i < night; i++) sold[i].placed_ms = since_ms + (i - day + 1) * MS_PER_S;
    desk_at(since_ms + 11 * MS_PER_MIN, day, night);
    for (int i = day; i < night; i += 5) sold[i].paid_ms = sold[i].placed_ms + 32 * MS_PER_MIN;
    desk_at(since_ms + 50 * MS_PER_MIN, day, night);
    desk_at(since_ms + 75 * MS_PER_MIN, day, night);
    for (int i = day; i < night; i++)
        if (!sold[i].paid_ms && i % (sold[i].sent_ms ? 3 : 7) == 0) sold[i].paid_ms = since_ms + 3 * MS_PER_HOUR;
    desk_at(since_ms + 4 * MS_PER_HOUR, day, night);
    for (int i = night; i < ALL; i++) sold[i].placed_ms = NIGHT_MS + (i - night) * MS_PER_S;
    desk_at(NIGHT_MS + 10 * MS_PER_MIN, day, ALL);
    for (int i = night; i < ALL; i += 4) sold[i].paid_ms = NIGHT_MS + 3 * MS_PER_HOUR;
    for (int64_t now_ms = NIGHT_MS + 4 * MS_PER_HOUR; now_ms < NIGHT_MS + 16 * MS_PER_HOUR; now_ms += 10 * MS_PER_MIN) desk_at(now_ms, night, ALL);
    at_ms = AT_MS + 3 * MS_PER_DAY;
}

int main(void)
{
    static const struct sender_ways ways = { .open = way_open, .send = way_send, .close = way_close };
    char message[256] = "";
    enum db_error error;
    int64_t since_ms = 0;
    if (!os_env_init(&env) || !mkdtemp(directory)) stop("no environment");
    snprintf(path, sizeof path, "%s/desk.db", directory);
    env.now_ms = clock_ms;
    writer = writer_start(&env, path, &error, message, sizeof message);
    if (!writer || writer_call(writer, begin_run, NULL) != WRITER_DONE) stop(message);
    runner = runner_open(&(struct runner_ask){ &env, path, writer });
    sender = sender_open(&(struct sender_ask){ &env, path, writer, &ways, &shop, CHANNEL_SMS });
    if (!runner || !sender) stop("memory");

    for (int i = 0; i < BEFORE; i++) sold[i].placed_ms = AT_MS - 2 * MS_PER_HOUR - i * MS_PER_S;
    desk_at(AT_MS - MS_PER_MIN, 0, BEFORE - 1);
    if (sends != BEFORE - 1 || holdouts(&since_ms) != 0) stop("a holdout before there are messages enough, or none were sent");
    desk_at(AT_MS, 0, BEFORE);
    if (sends != BEFORE || holdouts(&since_ms) != 1 || since_ms != AT_MS) stop("no holdout, though messages enough were sent");

    sell();
    int64_t orders[2] = { 0, 0 }, won[2] = { 0, 0 }, dawn_ms = 0, ages_ms = 0; /* [1]: who were sent one */
    for (int i = BEFORE + BY_DAY; i < ALL; i++)
        if (sold[i].sent_ms) dawn_ms = sold[i].sent_ms;
    for (int i = BEFORE; i < ALL; i++) {
        const int64_t begins_ms = i < BEFORE + BY_DAY ? sold[i].placed_ms + MS_PER_HOUR : dawn_ms;
        if (sold[i].paid_ms && sold[i].paid_ms <= begins_ms) continue;
        orders[sold[i].sent_ms != 0]++;
        won[sold[i].sent_ms != 0] += sold[i].paid_ms != 0;
        ages_ms += begins_ms - sold[i].placed_ms;
    }
    json_t *j = lift();
    printf("%d sent, those of the night %" PRId64 " min after eleven\n", sends, (dawn_ms - NIGHT_MS) / MS_PER_MIN);
    arm_is(j, "treated", orders[1], won[1]);
    arm_is(j, "reminded", orders[1], won[1]);
    arm_is(j, "held_out", orders[0], won[0]);
    const int64_t mean_s = llround((double)ages_ms / MS_PER_MIN / (double)(orders[0] + orders[1])) * 60;
    if (strcmp(json_string_value(json_object_get(j, "begins")), "message") != 0 || json_integer_value(json_object_get(j, "due_after_s")) != mean_s) stop("they do not begin with the message");
    if (json_integer_value(json_object_get(json_object_get(j, "persuasion"), "delay_s")) != mean_s) stop("persuasion is told of another age");
    json_decref(j);

    /* one was reached by hand, before its message */
    char one[] = "B0201";
    at_ms = sold[201].placed_ms + 40 * MS_PER_MIN;
    if (writer_call(writer, mark_run, one) != WRITER_DONE) stop("a mark");
    at_ms = AT_MS + 3 * MS_PER_DAY;
    j = lift();
    if (strcmp(json_string_value(json_object_get(j, "begins")), "first-delay") != 0 || json_integer_value(json_object_get(j, "due_after_s")) != 30 * 60) stop("they do not begin at the first delay");
    if (json_integer_value(json_object_get(json_object_get(j, "treated"), "orders")) + json_integer_value(json_object_get(json_object_get(j, "held_out"), "orders")) != BY_DAY + AT_NIGHT)
        stop("at the first delay all were unpaid");
    json_decref(j);

    sender_close(sender);
    runner_close(runner);
    writer_stop(writer);
    static const char *const files[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char file[96];
        snprintf(file, sizeof file, "%s%s", path, files[i]);
        (void)remove(file);
    }
    (void)remove(directory);
    os_env_release(&env);
    return 0;
}
