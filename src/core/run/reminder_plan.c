/* See reminder_plan.h. In order: is there anything to remind; what people decided; then the waves, each asked of the contact policy, from
 * now on to the first instant at which one may go. */
#include <assert.h>
#include "core/run/reminder_plan.h"

enum { STEPS_MAX = 32 }; /* a step is a wave's begin or the end of a hold: a handful is all there ever are */

/* The instants of an order's waves; INSTANT_NONE: there is no such wave. */
struct waves { int64_t begins_ms[PLAN_WAVES + 1], last_ends_ms, closes_ms; };

static bool is_presale(const struct order *o) { return o->status == STATUS_DEPOSIT_PAID; }

static struct reminder_plan never(enum plan_rule rule)
{
    return (struct reminder_plan){ .verdict = CONTACT_NEVER, .until_ms = INSTANT_NONE, .due_at_ms = INSTANT_NONE, .closes_at_ms = INSTANT_NONE, .rule = rule };
}

/* True and *ret_rule when the order gives nothing to remind about. */
static bool nothing_to_remind(const struct order *o, int64_t now_ms, enum plan_rule *ret_rule)
{
    if (!happened(o->placed_at_ms, now_ms)) *ret_rule = PLAN_RULE_NOT_PLACED;
    else if (o->pay_kind == PAY_ON_DELIVERY) *ret_rule = PLAN_RULE_ON_DELIVERY;
    else if (happened(o->paid_at_ms, now_ms)) *ret_rule = PLAN_RULE_PAID;
    else if (happened(o->cancelled_at_ms, now_ms)) *ret_rule = PLAN_RULE_CLOSED;
    else if (happened(o->refunded_at_ms, now_ms)) *ret_rule = PLAN_RULE_REFUNDED;
    else if (happened(o->shipped_at_ms, now_ms) || happened(o->delivered_at_ms, now_ms)) *ret_rule = PLAN_RULE_SHIPPED;
    else return false;
    return true;
}

static struct waves waves_of(const struct policy *p, const struct plan_facts *f)
{
    const struct order *o = f->order;
    const struct contact_facts *c = &f->contact;
    const bool presale = is_presale(o) && f->balance_from_ms != INSTANT_NONE;
    const int64_t from_ms = presale && f->balance_from_ms > o->placed_at_ms ? f->balance_from_ms : o->placed_at_ms;
    struct waves w = { .begins_ms = { INSTANT_NONE, from_ms + p->wave1_after_s * MS_PER_S, from_ms + p->wave2_after_s * MS_PER_S, INSTANT_NONE },
                       .last_ends_ms = INSTANT_NONE, .closes_ms = presale ? f->balance_until_ms : o->placed_at_ms + p->payment_window_s * MS_PER_S };
    if (p->wave3 && c->has_event && o->placed_at_ms >= c->event_from_ms && o->placed_at_ms < c->event_until_ms) {
        w.begins_ms[3] = c->event_until_ms > w.begins_ms[2] ? c->event_until_ms : w.begins_ms[2];
        w.last_ends_ms = c->event_until_ms + MS_PER_DAY;
    }
    return w;
}

static int wave_at(const struct waves *w, int64_t at_ms)
{
    if (w->begins_ms[3] != INSTANT_NONE && at_ms >= w->begins_ms[3]) return 3;
    return at_ms >= w->begins_ms[2] ? 2 : 1;
}

/* The latest wave that was done up to now; 0: none. */
static int wave_done(const struct plan_facts *f, bool *ret_skipped)
{
    int done = 0;
    *ret_skipped = false;
    for (int i = 0; i < f->mark_count; i++) {
        const struct reminder_mark *m = &f->marks[i];
        if (m->at_ms > f->contact.now_ms) continue;
        if (m->outcome == MARK_SKIPPED) *ret_skipped = true;
        if (mark_is_contact(m->outcome) && m->wave > done) done = m->wave;
    }
    return done;
}

static enum channel channel_of(const struct policy *p, int wave)
{
    if (wave <= 1) return CHANNEL_CHAT;
    return p->wave2_channel == CHANNEL_EMAIL ? CHANNEL_EMAIL : p->wave2_channel == CHANNEL_CHAT ? CHANNEL_CHAT : CHANNEL_SMS;
}

static struct contact_check ask_at(const struct policy *p, const struct plan_facts *f, enum channel channel, int64_t at_ms)
{
    struct contact_facts c = f->contact;
    if (at_ms > c.now_ms) c.feed_age_s = 0; /* a plan supposes that data come in; the sender asks again */
    c.now_ms = at_ms;
    c.channel = channel;
    c.consent = channel == CHANNEL_NONE ? CONSENT_UNTOLD : f->consent[channel];
    return contact_check(p, &c);
}

/* ---- by hand, as Today has it ---- */

/* Today's wave at an instant, when it is not done; 0: there is nothing to do by hand. As reminder_decide has it. */
static int wave_by_hand(const struct policy *p, const struct plan_facts *f, int done, int64_t at_ms)
{
    const int64_t age_ms = at_ms - f->order->placed_at_ms;
    const int wave = age_ms < p->wave2_after_s * MS_PER_S ? 1 : 2;
    return age_ms < p->wave1_after_s * MS_PER_S || age_ms >= p->payment_window_s * MS_PER_S || done >= wave ? 0 : wave;
}

/* The order is on Today's list. */
static bool listed_today(const struct policy *p, const struct plan_facts *f, int done)
{
    return wave_by_hand(p, f, done, f->contact.now_ms) > 0 && ask_at(p, f, CHANNEL_NONE, f->contact.now_ms).verdict == CONTACT_SEND;
}

/* Where a wave's own channel comes too late a person may still write by chat: when, by the rules of Today. *plan stays what it is where that
 * comes too late as well. */
static void by_hand_instead(const struct policy *p, const struct plan_facts *f, int done, struct reminder_plan *plan)
{
    const int64_t now_ms = f->contact.now_ms, placed_ms = f->order->placed_at_ms;
    const int64_t begins_ms = placed_ms + (done > 0 ? p->wave2_after_s : p->wave1_after_s) * MS_PER_S, at_ms = now_ms > begins_ms ? now_ms : begins_ms;
    if (wave_by_hand(p, f, done, at_ms) == 0) return;
    const struct contact_check c = ask_at(p, f, CHANNEL_NONE, at_ms);
    const int64_t until_ms = c.verdict == CONTACT_SEND ? at_ms : c.until_ms;
    const int wave = c.verdict == CONTACT_NEVER || until_ms == INSTANT_NONE || until_ms >= plan->closes_at_ms ? 0 : wave_by_hand(p, f, done, until_ms);
    if (wave == 0) return;
    plan->verdict = until_ms == now_ms ? CONTACT_SEND : CONTACT_HOLD;
    plan->wave = wave;
    plan->channel = CHANNEL_CHAT;
    plan->until_ms = until_ms;
    plan->due_at_ms = placed_ms + (wave == 1 ? p->wave1_after_s : p->wave2_after_s) * MS_PER_S;
    plan->rule = at_ms > now_ms ? (done > 0 ? PLAN_RULE_NEXT_WAVE : PLAN_RULE_TOO_YOUNG) : c.verdict == CONTACT_HOLD ? PLAN_RULE_CONTACT : wave == 1 ? PLAN_RULE_WAVE_1 : PLAN_RULE_WAVE_2;
    plan->contact = c;
    plan->spoke_at_ms = at_ms;
}

/* ---- the search ---- */

/* The way from now to the first instant at which a wave may go: the rule that speaks first is kept. */
struct search { const struct policy *p; const struct plan_facts *f; struct waves waves; int done; int64_t at_ms; bool spoken; struct reminder_plan plan; };

static void search_speak(struct search *s, enum plan_rule rule, const struct contact_check *c)
{
    if (s->spoken) return;
    s->spoken = true;
    s->plan.rule = rule;
    s->plan.spoke_at_ms = s->at_ms;
    if (c) s->plan.contact = *c;
}

static bool search_end(struct search *s, enum contact_verdict verdict, int64_t until_ms)
{
    s->plan.verdict = verdict;
    s->plan.until_ms = until_ms;
    if (verdict == CONTACT_NEVER) s->plan.channel = CHANNEL_NONE;
    return true;
}

static bool search_never(struct search *s, enum plan_rule rule, const struct contact_check *c)
{
    s->spoken = false;
    search_speak(s, rule, c);
    return search_end(s, CONTACT_NEVER, INSTANT_NONE);
}

/* One step: true when the search is over. */
static bool search_step(struct search *s)
{
    static const enum plan_rule sends[] = { PLAN_RULE_CONTACT, PLAN_RULE_WAVE_1, PLAN_RULE_WAVE_2, PLAN_RULE_WAVE_3 };
    const int64_t now_ms = s->f->contact.now_ms;
    if (s->at_ms >= s->waves.closes_ms) { /* not now: that was asked before */
        const int last = wave_at(&s->waves, s->waves.closes_ms - 1);
        if (last > s->plan.wave) s->plan.wave = last; /* the one it would have been */
        return search_never(s, PLAN_RULE_CLOSES_FIRST, NULL);
    }
    int wave = wave_at(&s->waves, s->at_ms);
    if (wave <= s->done) wave = s->done + 1;
    if (wave > PLAN_WAVES || s->waves.begins_ms[wave] == INSTANT_NONE) {
        s->plan.wave = s->done;
        return search_never(s, PLAN_RULE_DONE, NULL);
    }
    s->plan.wave = wave;
    s->plan.channel = channel_of(s->p, wave);
    s->plan.due_at_ms = s->waves.begins_ms[wave];
    if (wave == 3 && s->at_ms >= s->waves.last_ends_ms) return search_never(s, PLAN_RULE_DAY_AFTER_OVER, NULL);
    if (s->waves.begins_ms[wave] > s->at_ms) {
        search_speak(s, s->done > 0 ? PLAN_RULE_NEXT_WAVE : PLAN_RULE_TOO_YOUNG, NULL);
        s->at_ms = s->waves.begins_ms[wave];
        return false;
    }
    const struct contact_check c = ask_at(s->p, s->f, s->plan.channel, s->at_ms);
    switch (c.verdict) {
    case CONTACT_NEVER: return search_never(s, PLAN_RULE_CONTACT, &c);
    case CONTACT_SEND:
        search_speak(s, sends[wave], &c);
        return search_end(s, s->at_ms == now_ms ? CONTACT_SEND : CONTACT_HOLD, s->at_ms);
    case CONTACT_HOLD:
        if (c.until_ms == INSTANT_NONE) s->spoken = false; /* what makes it unknown is what there is to say */
        search_speak(s, PLAN_RULE_CONTACT, &c);
        if (c.until_ms == INSTANT_NONE) return search_end(s, CONTACT_HOLD, INSTANT_NONE);
        assert(c.until_ms > s->at_ms);
        s->at_ms = c.until_ms;
        return false;
    }
    return false;
}

/* True and *ret when people, the lot or the order's own state decide. */
static bool decided_before(const struct plan_facts *f, bool skipped, const struct waves *w, struct reminder_plan *ret)
{
    const int64_t now_ms = f->contact.now_ms;
    enum plan_rule rule;
    if (skipped) rule = PLAN_RULE_SKIPPED;
    else if (now_ms >= w->closes_ms) rule = PLAN_RULE_WINDOW_OVER;
    else if (f->order->status == STATUS_UNKNOWN) rule = PLAN_RULE_UNKNOWN_STATUS;
    else if (f->held_out) rule = PLAN_RULE_HELD_OUT;
    else return false;
    *ret = never(rule);
    ret->wave = wave_at(w, now_ms);
    ret->due_at_ms = w->begins_ms[ret->wave];
    ret->closes_at_ms = w->closes_ms;
    return true;
}

struct reminder_plan plan_check(const struct policy *p, const struct plan_facts *f)
{
    const int64_t now_ms = f->contact.now_ms;
    enum plan_rule rule;
    struct reminder_plan plan;
    bool skipped;
    assert(f->mark_count >= 0 && f->mark_count <= PLAN_MARKS_MAX);

    if (nothing_to_remind(f->order, now_ms, &rule)) return never(rule);
    struct search s = { .p = p, .f = f, .waves = waves_of(p, f), .done = wave_done(f, &skipped), .at_ms = now_ms };
    if (is_presale(f->order) && f->balance_from_ms == INSTANT_NONE && !skipped) {
        plan = never(PLAN_RULE_BALANCE_UNKNOWN);
        plan.verdict = CONTACT_HOLD;
        plan.by_hand = listed_today(p, f, s.done);
        return plan;
    }
    if (decided_before(f, skipped, &s.waves, &plan)) return plan;
    s.plan.closes_at_ms = s.waves.closes_ms;
    if (is_presale(f->order) && now_ms < f->balance_from_ms) search_speak(&s, PLAN_RULE_BALANCE_LATER, NULL);
    s.plan.verdict = CONTACT_HOLD; /* and so it stays, nobody can tell until when, where there is no end within the steps */
    s.plan.until_ms = INSTANT_NONE;
    for (int i = 0; i < STEPS_MAX && !search_step(&s); i++) continue;
    if (s.plan.rule == PLAN_RULE_CLOSES_FIRST || s.plan.rule == PLAN_RULE_DAY_AFTER_OVER) by_hand_instead(p, f, s.done, &s.plan);
    s.plan.by_hand = s.plan.verdict != CONTACT_SEND && listed_today(p, f, s.done);
    return s.plan;
}

bool plan_reaches(const struct plan_facts *f, enum channel channel)
{
    switch (channel) {
    case CHANNEL_NONE: return false;
    case CHANNEL_CHAT: case CHANNEL_ROBOT: case CHANNEL_DIRECTORY: return true;
    case CHANNEL_SMS: return f->has_phone;
    case CHANNEL_EMAIL: return f->has_email;
    }
    return false;
}
