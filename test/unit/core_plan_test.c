/* The desk's plan against the table plan_rows.txt (plan_rows_test.py says how a row is read, and works each out in another language). Of each row
 * also: its sentences in both languages, that Today lists what it says a person may do by hand and that neither says never where the other does
 * not, and that what is held goes at the minute named. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/run/reminder_plan.h"

/* core_zones.h is for Criterion; its zones are not */
#define cr_assert(condition, ...) do { if (!(condition)) abort(); } while (0)
#define ZG_PLAIN_TEST
#include "core_zones.h"

enum { LINE_MAX_BYTES = 512, ROOM_BYTES = 64 * 1024 };

struct row {
    struct policy policy;
    struct order order;
    struct plan_facts facts;
    const struct zone *zone;
    int64_t now_ms;
};

static int failures;

static void wrong(const char *line, const char *what, const char *got)
{
    fprintf(stderr, "%s  %s: %s\n", line, what, got);
    failures++;
}

static bool begins(const char *word, const char *with, const char **ret_rest)
{
    const size_t n = strlen(with);
    if (strncmp(word, with, n) != 0) return false;
    *ret_rest = word + n;
    return true;
}

static int64_t minutes_ago(const struct row *r, const char *text) { return r->now_ms - strtoll(text, NULL, 10) * MS_PER_MIN; }

static void span(const struct row *r, const char *text, int64_t *ret_from_ms, int64_t *ret_until_ms)
{
    char *slash;
    *ret_from_ms = r->now_ms + strtoll(text, &slash, 10) * MS_PER_MIN;
    *ret_until_ms = r->now_ms + strtoll(slash + 1, NULL, 10) * MS_PER_MIN;
}

/* "2026-11-11T12:00", "2026-11-01T01:30+1" */
static int64_t wall(const struct zone *z, const char *text)
{
    struct civil c;
    int32_t none;
    int64_t ms;
    char copy[32];
    const char *plus = strchr(text, '+');
    const size_t n = plus ? (size_t)(plus - text) : strlen(text);
    memcpy(copy, text, n);
    copy[10] = ' ';
    if (!civil_parse((struct text){ copy, n }, &c, &none)) abort();
    (void)zone_instant(z, &c, &ms);
    return plus ? ms + MS_PER_HOUR : ms; /* the hour comes again */
}

static void mark_add(struct row *r, enum mark_outcome outcome, const char *text)
{
    char *at;
    const int wave = (int)strtol(text, &at, 10);
    r->facts.marks[r->facts.mark_count++] = (struct reminder_mark){ wave, outcome, minutes_ago(r, at + 1) };
}

static bool read_flag(struct row *r, const char *word)
{
    struct contact_facts *c = &r->facts.contact;
    if (strcmp(word, "opt") == 0) c->opted_out = true;
    else if (strcmp(word, "complaint") == 0) c->complained = true;
    else if (strcmp(word, "dispute") == 0) c->dispute_open = true;
    else if (strcmp(word, "review") == 0) c->bad_review_open = true;
    else if (strcmp(word, "held") == 0) r->facts.held_out = true;
    else if (strcmp(word, "skip") == 0) r->facts.marks[r->facts.mark_count++] = (struct reminder_mark){ 1, MARK_SKIPPED, r->now_ms };
    else if (strcmp(word, "cod") == 0) r->order.pay_kind = PAY_ON_DELIVERY;
    else if (strcmp(word, "unknown") == 0) r->order.status = STATUS_UNKNOWN;
    else if (strcmp(word, "presale") == 0) r->order.status = STATUS_DEPOSIT_PAID;
    else return false;
    return true;
}

static bool read_time(struct row *r, const char *word)
{
    const char *rest;
    struct order *o = &r->order;
    if (begins(word, "age=", &rest)) o->placed_at_ms = minutes_ago(r, rest);
    else if (begins(word, "paid=", &rest)) o->paid_at_ms = minutes_ago(r, rest);
    else if (begins(word, "cancelled=", &rest)) o->cancelled_at_ms = minutes_ago(r, rest);
    else if (begins(word, "refunded=", &rest)) o->refunded_at_ms = minutes_ago(r, rest);
    else if (begins(word, "shipped=", &rest)) o->shipped_at_ms = minutes_ago(r, rest);
    else if (begins(word, "delivered=", &rest)) o->delivered_at_ms = minutes_ago(r, rest);
    else return false;
    return true;
}

static bool read_history(struct row *r, const char *word)
{
    struct contact_facts *c = &r->facts.contact;
    const char *rest;
    if (begins(word, "done=", &rest)) mark_add(r, MARK_DONE, rest);
    else if (begins(word, "unreached=", &rest)) mark_add(r, MARK_UNREACHED, rest);
    else if (begins(word, "contacts=", &rest))
        for (; *rest; rest += strcspn(rest, ","), rest += *rest == ',') c->contacts[c->contact_count++] = minutes_ago(r, rest);
    else if (begins(word, "feed=", &rest)) c->feed_age_s = strcmp(rest, "none") == 0 ? INT64_MAX : strtoll(rest, NULL, 10) * 60;
    else if (begins(word, "event=", &rest)) {
        c->has_event = true;
        span(r, rest, &c->event_from_ms, &c->event_until_ms);
    } else if (begins(word, "balance=", &rest)) span(r, rest, &r->facts.balance_from_ms, &r->facts.balance_until_ms);
    else return false;
    return true;
}

static bool read_rest(struct row *r, const char *word)
{
    const char *rest, *colon = strchr(word, ':');
    if (begins(word, "country=", &rest)) memcpy(r->facts.contact.country, rest, 3);
    else if (begins(word, "class=", &rest)) r->facts.contact.message_class = rest[0] == 'c' ? MESSAGE_COMMERCIAL : MESSAGE_SERVICE;
    else if (begins(word, "consent=", &rest))
        for (int k = 0; k <= CHANNEL_DIRECTORY; k++) r->facts.consent[k] = rest[0] == 'g' ? CONSENT_GIVEN : CONSENT_REFUSED;
    else if (colon)
        return policy_change(&r->policy, (struct text){ word, (size_t)(colon - word) }, strtoll(colon + 1, NULL, 10)) == POLICY_CHANGED;
    else return false;
    return true;
}

/* zones= and now= first: all else counts from there. */
static void row_read(struct row *r, char *line)
{
    char copy[LINE_MAX_BYTES], *at, *word;
    const char *rest;
    *r = (struct row){ .policy = policy_defaults(), .zone = &zone_shanghai };
    r->order = (struct order){ .paid_at_ms = INSTANT_NONE, .cancelled_at_ms = INSTANT_NONE, .shipped_at_ms = INSTANT_NONE, .delivered_at_ms = INSTANT_NONE,
        .refunded_at_ms = INSTANT_NONE, .ship_by_ms = INSTANT_NONE, .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .customer_id = CLAIM_NONE };
    struct contact_facts *c = &r->facts.contact;
    c->message_class = MESSAGE_SERVICE;
    c->zones[c->zone_count++] = &zone_shanghai;
    r->facts.balance_from_ms = r->facts.balance_until_ms = INSTANT_NONE;
    r->facts.has_phone = r->facts.has_email = true;
    if ((at = strstr(line, "zones="))) {
        c->zone_count = 0;
        for (at += 6; *at > ' '; at++) c->zones[c->zone_count++] = zone_of(*at);
    }
    r->zone = c->zones[0];
    memcpy(copy, line, strlen(line) + 1);
    for (word = strtok_r(copy, " ", &at); word; word = strtok_r(NULL, " ", &at))
        if (begins(word, "now=", &rest)) r->now_ms = wall(r->zone, rest);
    c->now_ms = r->now_ms;
    memcpy(copy, line, strlen(line) + 1);
    for (word = strtok_r(copy, " ", &at); word; word = strtok_r(NULL, " ", &at))
        if (!begins(word, "now=", &rest) && !begins(word, "zones=", &rest) && !read_flag(r, word) && !read_time(r, word) && !read_history(r, word) && !read_rest(r, word))
            wrong(line, "no such fact", word);
    c->placed_at_ms = r->order.placed_at_ms;
    for (int i = 1; i < c->contact_count; i++)
        if (c->contacts[i] > c->contacts[i - 1]) wrong(line, "contacts", "not newest first");
    r->facts.order = &r->order;
}

static void plan_told(const struct row *r, const struct reminder_plan *p, char *ret, size_t size)
{
    static const char *const verdicts[] = { "send", "hold", "never" };
    char when[32] = "-", wave[16] = "-";
    if (p->verdict == CONTACT_HOLD && p->until_ms != INSTANT_NONE) {
        const struct civil c = zone_civil(r->zone, p->until_ms);
        snprintf(when, sizeof when, "%04d-%02d-%02dT%02d:%02d", c.year % 10000, c.month % 100, c.day % 100, c.hour % 100, c.minute % 100);
    }
    if (p->wave > 0) snprintf(wave, sizeof wave, "%d", p->wave);
    snprintf(ret, size, "%s %s %s %s %s", verdicts[p->verdict], wave, p->channel == CHANNEL_NONE ? "-" : channel_word(p->channel), when, plan_word(p));
}

/* A sentence a person can read: ended, without a stop of the other language; a colon inside a clock time is one of numbers. */
static bool sentence_ok(struct text en, struct text zh)
{
    static const char stops[] = ",;()!?";
    if (en.len < 10 || zh.len < 6 || en.ptr[en.len - 1] != '.' || !text_ends_with(zh, TEXT("。"))) return false;
    for (size_t i = 0; i < zh.len; i++)
        if (strchr(stops, zh.ptr[i]) || zh.ptr[i] == '.' || (zh.ptr[i] == ':' && (i == 0 || zh.ptr[i - 1] < '0' || zh.ptr[i - 1] > '9'))) return false;
    for (size_t i = 0; i < en.len; i++)
        if ((unsigned char)en.ptr[i] > 126) return false;
    return true;
}

static void row_words(const struct row *r, const char *line, const struct reminder_plan *p)
{
    static unsigned char room[ROOM_BYTES];
    struct arena a;
    arena_init_fixed(&a, room, sizeof room);
    const struct reason why = plan_say(&a, &r->policy, &r->facts, p);
    if (a.failed || !sentence_ok(why.en, why.zh) || strcmp(why.rule, plan_word(p)) != 0) {
        fprintf(stderr, "%.*s\n%.*s\n", (int)why.en.len, why.en.ptr, (int)why.zh.len, why.zh.ptr);
        wrong(line, "sentence", why.rule);
    }
    if (!plan_source(p)[0]) wrong(line, "source", plan_word(p));
    /* Today is the part that a person can do by hand */
    arena_init_fixed(&a, room, sizeof room);
    struct reminder_facts today = { .order = &r->order, .contact = r->facts.contact, .mark_count = r->facts.mark_count, .held_out = r->facts.held_out };
    memcpy(today.marks, r->facts.marks, sizeof today.marks);
    today.contact.message_class = r->facts.contact.message_class;
    const struct reminder_decision says = reminder_decide(&a, &r->policy, &today);
    const bool service = r->facts.contact.message_class == MESSAGE_SERVICE, listed = service && says.verdict == REMINDER_DUE;
    if (p->by_hand != (listed && p->verdict != CONTACT_SEND)) wrong(line, "Today", listed ? "lists it" : "does not list it");
    /* where Today lists an order, or holds it, the plan does not say never; nor Today where the plan sends by chat or holds for it */
    if (service && p->verdict == CONTACT_NEVER && (listed || says.verdict == REMINDER_HELD)) wrong(line, "never, and Today says otherwise", says.reason.rule);
    if (service && p->channel == CHANNEL_CHAT && p->wave < PLAN_WAVES && says.verdict == REMINDER_NEVER) wrong(line, "by chat, and Today says never", says.reason.rule);
}

/* What is held goes at the minute that is named, if nothing happens until then. */
static void row_later(const struct row *r, const char *line, const struct reminder_plan *p)
{
    struct row later = *r;
    char got[160];
    if (p->verdict != CONTACT_HOLD || p->until_ms == INSTANT_NONE || r->order.paid_at_ms > r->now_ms) return;
    later.facts.order = &later.order;
    later.facts.contact.now_ms = p->until_ms;
    later.facts.contact.feed_age_s = 0;
    const struct reminder_plan then = plan_check(&later.policy, &later.facts);
    plan_told(&later, &then, got, sizeof got);
    if (then.verdict != CONTACT_SEND || then.wave != p->wave || then.channel != p->channel) wrong(line, "at the minute named", got);
}

int main(int argc, char **argv)
{
    char line[LINE_MAX_BYTES], got[160];
    int rows = 0;
    FILE *in = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fprintf(stderr, "usage: core_plan_test plan_rows.txt\n");
        return 2;
    }
    while (fgets(line, sizeof line, in)) {
        char *arrow = strstr(line, " => ");
        if (line[0] == '#' || !arrow) continue;
        struct row r;
        *arrow = '\0';
        char *want = arrow + 4;
        want[strcspn(want, "\n")] = '\0';
        row_read(&r, line);
        const struct reminder_plan p = plan_check(&r.policy, &r.facts);
        plan_told(&r, &p, got, sizeof got);
        if (strcmp(got, want) != 0) {
            fprintf(stderr, "%s\n  table: %s\n  plan:  %s\n", line, want, got);
            failures++;
        }
        row_words(&r, line, &p);
        row_later(&r, line, &p);
        rows++;
    }
    fclose(in);
    printf("%d rows, %d wrong\n", rows, failures);
    return failures == 0 && rows >= 300 ? 0 : 1;
}
