/* See sender.h.  A turn reads from the bottom up: sender_turn, lease (in the writer's seat: lease_run), send_all, finish (finish_run). */
#include "desk/sender.h"
#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include "desk/outbox_decide.h"
#include "desk/outbox_words.h"
#include "store/inbox_store.h"

enum { LEASES_MAX = 256, LEASES_FIRST = 4, LOOKS_MAX = 2 * LEASES_MAX, ENDS_AT_ONCE = 64 };
#define LEASE_US (OUTBOX_LEASE_MS * 1000)
#define BEGIN_WITHIN_US INT64_C(1000000)  /* as many are leased as begin within it */
#define ENDS_WAIT_US INT64_C(50000)       /* an outcome is written down at least this soon */
#define PAUSE_US INT64_C(30000000)        /* a side that cannot be reached is left alone, twice as long from time to time */
#define PAUSE_MAX_US INT64_C(600000000)
#define NO_TEXT_MS (30 * MS_PER_MIN)

struct sender {
    const struct env *env;
    char path[1024];
    struct writer *writer;
    const struct sender_ways *ways;
    struct shop shop;
    enum channel channel;
    atomic_bool stopping;
    struct store reader;            /* .db NULL: not open */
    struct arena arena;
    void *link;
    int64_t paused_until_us, pause_us, each_us /* one message takes so long */;
    struct outbox_people people;    /* of the writer's seat, while a lease runs */
    struct text_trial_kept trial;

    /* one turn */
    struct outbox_key leased[LEASES_MAX];
    int leased_count, tries[LEASES_MAX];
    int64_t leased_us;              /* before the lease: the clock of the two seconds */
    struct outbox_end ends[LEASES_MAX];
    char codes[LEASES_MAX][CHANNEL_CODE_MAX], texts[LEASES_MAX][OUTBOX_TEXT_KEY_BYTES];
    int end_count, written;         /* ends; how many of them are written down */
    int64_t first_end_us;
    char unsubscribe_url[CHANNEL_URL_MAX], report_url[CHANNEL_URL_MAX];
    enum channel_fate last_fate;    /* 0: nothing was sent since it was noted */
    char last_code[CHANNEL_CODE_MAX];
    struct sender_tally *tally;
};

static int64_t now_us(const struct sender *s) { return s->env->monotonic_us(s->env->ctx); }
static int64_t now_ms(const struct sender *s) { return s->env->now_ms(s->env->ctx); }

/* ---- open and close ---- */

struct sender *sender_open(const struct sender_ask *ask)
{
    struct sender *s = ask->env->memory.take(ask->env->memory.ctx, sizeof *s);
    if (!s) return NULL;
    memset(s, 0, sizeof *s);
    s->env = ask->env;
    s->writer = ask->writer;
    s->ways = ask->ways;
    s->shop = *ask->shop;
    s->channel = ask->channel;
    s->pause_us = PAUSE_US;
    s->each_us = BEGIN_WITHIN_US / LEASES_FIRST;
    snprintf(s->path, sizeof s->path, "%s", ask->path);
    arena_init(&s->arena, &s->env->memory, 0);
    return s;
}

static void link_close(struct sender *s)
{
    if (s->link) s->ways->close(s->link);
    s->link = NULL;
}

static void reader_close(struct sender *s)
{
    if (s->reader.db) store_close(&s->reader);
    s->reader.db = NULL;
}

void sender_close(struct sender *s)
{
    if (!s) return;
    link_close(s);
    reader_close(s);
    outbox_people_release(&s->people);
    text_trial_release(&s->trial);
    arena_release(&s->arena);
    s->env->memory.give(s->env->memory.ctx, s, sizeof *s);
}

void sender_ask_stop(struct sender *s) { atomic_store(&s->stopping, true); }

static bool reader_open(struct sender *s)
{
    enum db_error error;
    char message[256];
    if (s->reader.db) return true;
    if (store_open(&s->reader, s->env, s->path, DB_READ, &error, message, sizeof message)) return true;
    s->reader.db = NULL;
    return false;
}

/* ---- how it ended: written down ---- */

static bool finish_run(struct store *store, void *arg)
{
    const struct sender *s = arg;
    bool done, sent = false;
    for (int i = s->written; i < s->end_count; i++) {
        if (!outbox_finish(store, &s->shop, &s->ends[i], now_ms(s), &done)) return false;
        sent = sent || s->ends[i].event == OUTBOX_ACCEPT;
    }
    if (sent && !holdout_settle(store, &s->shop)) return false;
    store_touch(store, s->shop.store_id);
    return !s->last_fate || !s->link || !s->ways->note || s->ways->note(s->link, store, s->last_fate, text_from_cstr(s->last_code));
}

static bool finish(struct sender *s)
{
    if (s->written == s->end_count) return true;
    if (writer_call(s->writer, finish_run, s) != WRITER_DONE) return false;
    s->written = s->end_count;
    s->last_fate = 0;
    return true;
}

/* ---- sending ---- */

static struct outbox_end *end_add(struct sender *s, struct outbox_key key, enum outbox_event event)
{
    assert(s->end_count < LEASES_MAX);
    if (s->end_count == s->written) s->first_end_us = now_us(s);
    struct outbox_end *e = &s->ends[s->end_count++];
    *e = (struct outbox_end){ .key = key, .event = event, .retry_at_ms = INSTANT_NONE };
    return e;
}

static void end_tell(struct sender *s, struct outbox_end *e, const char *code, struct text text_key)
{
    const ptrdiff_t at = e - s->ends;
    text_copy(s->codes[at], sizeof s->codes[at], text_from_cstr(code));
    text_copy(s->texts[at], sizeof s->texts[at], text_key);
    e->code = text_from_cstr(s->codes[at]);
    e->text_key = text_from_cstr(s->texts[at]);
}

static void end_sent(struct sender *s, int at, const struct channel_outcome *o, struct text text_key)
{
    static const enum outbox_event events[] = { OUTBOX_LOSE, OUTBOX_ACCEPT, OUTBOX_REJECT, OUTBOX_LOSE };
    enum outbox_event event = events[o->fate];
    s->last_fate = o->fate;
    text_copy(s->last_code, sizeof s->last_code, text_from_cstr(o->code));
    if (o->fate == CHANNEL_FAILED && o->retry_at_ms != INSTANT_NONE && s->tries[at] < OUTBOX_TRIES_MAX) event = OUTBOX_PUT_OFF;
    struct outbox_end *e = end_add(s, s->leased[at], event);
    e->retry_at_ms = o->retry_at_ms;
    end_tell(s, e, o->code, text_key);
    s->tally->sent += event == OUTBOX_ACCEPT;
    s->tally->unknown += event == OUTBOX_LOSE;
    s->tally->failed += event == OUTBOX_PUT_OFF || event == OUTBOX_REJECT;
}

static void end_returned(struct sender *s, int at, int64_t again_ms, const char *code)
{
    struct outbox_end *e = end_add(s, s->leased[at], OUTBOX_RETURN);
    e->retry_at_ms = again_ms;
    end_tell(s, e, code, TEXT_NONE);
    s->tally->returned++;
}

/* The other side cannot be reached: the rest of what is leased goes back, and this way rests. */
static void pause_begin(struct sender *s)
{
    s->paused_until_us = now_us(s) + s->pause_us;
    s->pause_us = s->pause_us * 2 < PAUSE_MAX_US ? s->pause_us * 2 : PAUSE_MAX_US;
    s->tally->paused = true;
}

static void send_one(struct sender *s, int at, const struct outbox_words *words)
{
    struct channel_outcome outcome = { .fate = CHANNEL_UNKNOWN };
    char id[OUTBOX_ID_BYTES];
    const int64_t began_us = now_us(s);
    outbox_id(s->leased[at], id);
    struct channel_message m = words->message;
    m.report_url = text_from_cstr(s->report_url);
    m.id = text_from_cstr(id);
    m.attempt = s->tries[at] - 1;
#ifdef ZG_TEST_SENT_FIRST /* control: the outcome is written down before the effect */
    end_sent(s, at, &(struct channel_outcome){ .fate = CHANNEL_SENT }, words->text_key);
    (void)finish(s);
    (void)s->ways->send(s->link, &m, &outcome);
    return;
#endif
    (void)s->ways->send(s->link, &m, &outcome);
    const int64_t took_us = now_us(s) - began_us;
    s->each_us += (took_us - s->each_us) / 4;
    end_sent(s, at, &outcome, words->text_key);
    if (outcome.fate == CHANNEL_FAILED && !outcome.began) pause_begin(s);
    else s->pause_us = PAUSE_US;
}

static enum outbox_words_made words_of(struct sender *s, struct outbox_words_desk *desk, int at, struct outbox_words *ret)
{
    s->unsubscribe_url[0] = s->report_url[0] = '\0';
    if (s->ways->addresses) s->ways->addresses(s->link, s->leased[at], s->unsubscribe_url, s->report_url);
    return outbox_words_of(desk, s->leased[at], text_from_cstr(s->unsubscribe_url), ret);
}

static bool may_begin(const struct sender *s)
{
    return !s->tally->paused && !atomic_load(&s->stopping) && now_us(s) - s->leased_us < LEASE_US;
}

/* False: how some ended could not be written down yet; nothing leaves after that, and what was leased goes back with it. */
static bool send_all(struct sender *s)
{
    struct outbox_words_desk desk;
    const int64_t at_ms = now_ms(s);
    const bool read = outbox_words_begin(&desk, &(struct outbox_words_ask){ &s->reader, &s->shop, s->channel, at_ms, &s->trial });
    bool ok = true;
    for (int i = 0; i < s->leased_count; i++) {
        struct outbox_words words;
        if (!read || !ok || !may_begin(s)) end_returned(s, i, at_ms, "late");
        else switch (words_of(s, &desk, i, &words)) {
        case OUTBOX_WORDS_MADE: send_one(s, i, &words); break;
        case OUTBOX_WORDS_NONE: end_returned(s, i, at_ms + NO_TEXT_MS, words.why); break;
        case OUTBOX_WORDS_FAILED: end_returned(s, i, at_ms + MS_PER_MIN, "late"); break;
        }
        if (!ok) continue;
        if (s->end_count - s->written >= ENDS_AT_ONCE || (s->end_count > s->written && now_us(s) - s->first_end_us >= ENDS_WAIT_US)) ok = finish(s);
    }
    outbox_words_end(&desk);
    return ok && finish(s);
}

/* ---- the lease ---- */

static bool lease_look(struct sender *s, struct store *store, struct outbox_look *look, int64_t at_ms)
{
    struct outbox_row due[LOOKS_MAX];
    int wanted = (int)(BEGIN_WITHIN_US / (s->each_us > 0 ? s->each_us : 1)), n = 0;
    if (wanted < 1) wanted = 1;
    if (wanted > LEASES_MAX) wanted = LEASES_MAX;
    if (!outbox_due(store, &s->shop, s->channel, at_ms, due, 2 * wanted, &n)) return false;
    for (int i = 0; i < n && s->leased_count < wanted; i++) {
        struct outbox_verdict v;
        bool done = false;
        if (!outbox_look_at(look, &due[i], s->channel, &v)) return false;
#ifdef ZG_TEST_SEND_UNCHECKED /* control: what was decided before is sent as it is */
        v = (struct outbox_verdict){ due[i].key, OUTBOX_LEASE, due[i].key.wave, s->channel, 0, "unchecked", due[i].due_at_ms };
#endif
        if (!outbox_decide(store, &s->shop, &v, at_ms, &done)) return false;
        if (!done) continue;
        s->tally->held += v.event == OUTBOX_HOLD;
        s->tally->refused += v.event == OUTBOX_REFUSE;
        if (v.event != OUTBOX_LEASE) continue;
        s->tries[s->leased_count] = due[i].tries + 1;
        s->leased[s->leased_count++] = (struct outbox_key){ due[i].key.order_id, v.wave };
    }
    return true;
}

static bool lease_run(struct store *store, void *arg)
{
    struct sender *s = arg;
    struct outbox_look look;
    const int64_t at_ms = now_ms(s);
    s->leased_count = 0;
    if (!inbox_whole(store)) return false; /* a payment may be among it */
    bool ok = outbox_look_begin(&look, store, &s->shop, at_ms, &s->people);
    s->tally->dark = ok && look.dark;
    if (ok && !look.dark && (look.on >> s->channel & 1u)) ok = lease_look(s, store, &look, at_ms);
    outbox_look_end(&look);
    if (s->leased_count + s->tally->held + s->tally->refused > 0) store_touch(store, s->shop.store_id);
    return ok && s->leased_count + s->tally->held + s->tally->refused > 0; /* else nothing is to be committed */
}

/* Whether anything is due, and something is there to send it with. */
static bool may_lease(struct sender *s, bool *ret)
{
    int64_t due_ms = INSTANT_MAX;
    *ret = false;
    if (now_us(s) < s->paused_until_us) {
        s->tally->paused = true;
        return true;
    }
    if (!reader_open(s)) return false;
    if (!outbox_next_due(&s->reader, &s->shop, s->channel, &due_ms)) {
        reader_close(s);
        return false;
    }
    if (due_ms > now_ms(s)) return true;
    if (s->link && s->ways->good && !s->ways->good(s->link, &s->reader)) link_close(s);
    if (!s->link) s->link = s->ways->open(s->ways->ctx, &s->reader, &s->shop, s->channel);
    s->tally->not_connected = s->link == NULL;
    if (!s->link) s->paused_until_us = now_us(s) + PAUSE_US / 10;
    *ret = s->link != NULL;
    return true;
}

bool sender_turn(struct sender *s, struct sender_tally *ret)
{
    bool may = false;
    *ret = (struct sender_tally){ 0 };
    s->tally = ret;
    if (!finish(s)) return false; /* of the turn before */
    s->end_count = s->written = 0;
    if (!may_lease(s, &may)) return false;
    if (!may) return true;
    s->leased_count = 0;
    s->leased_us = now_us(s);
    const enum writer_result r = writer_call(s->writer, lease_run, s);
    if (ret->dark) s->paused_until_us = now_us(s) + PAUSE_US / 10;
    if (r == WRITER_REFUSED) return true;
    if (r != WRITER_DONE) return false; /* rolled back: nothing is leased */
    ret->leased = s->leased_count;
    return send_all(s);
}
