/* See explain.h: the tester. A supposed fact is read by a table of names; one that is not in it is refused, not passed over. */
#include <stddef.h>
#include "desk/explain_parts.h"

enum { SUPPOSED_AGE_S = 2400, AGE_MAX_S = 366 * 86400, STRIP_HOURS_MAX = 72 };

/* What is being supposed, and the field that could not be read. */
struct supposed {
    struct answer *w;
    struct order order;
    struct plan_facts facts;
    struct policy policy;
    int64_t strip_from_ms, strip_hours; /* 0: none is asked for */
    const char *bad;
};

typedef bool take(struct supposed *s, const json_t *v, size_t at);

static bool take_instant(struct supposed *s, const json_t *v, size_t at)
{
    int64_t *to = (int64_t *)(void *)((char *)s + at);
    if (json_is_null(v)) {
        *to = INSTANT_NONE;
        return true;
    }
    return json_is_string(v) && instant_parse(text_from_cstr(json_string_value(v)), to) && *to >= INSTANT_FIRST_MS && *to <= INSTANT_LAST_MS;
}

static bool take_bool(struct supposed *s, const json_t *v, size_t at)
{
    *(bool *)(void *)((char *)s + at) = json_is_true(v);
    return json_is_boolean(v);
}

static bool take_age(struct supposed *s, const json_t *v, size_t at)
{
    const int64_t age_s = json_integer_value(v);
    (void)at;
    if (!json_is_integer(v) || age_s < 0 || age_s > AGE_MAX_S) return false;
    s->order.placed_at_ms = s->facts.contact.now_ms - age_s * MS_PER_S;
    return true;
}

static bool take_feed_age(struct supposed *s, const json_t *v, size_t at)
{
    (void)at;
    s->facts.contact.feed_age_s = json_is_null(v) ? INT64_MAX : json_integer_value(v);
    return json_is_null(v) || (json_is_integer(v) && s->facts.contact.feed_age_s >= 0);
}

static bool take_country(struct supposed *s, const json_t *v, size_t at)
{
    struct buyer_zones zones = { .known_count = 0 };
    const struct text t = text_from_cstr(json_string_value(v));
    (void)at;
    if (t.len != 2 || t.ptr[0] < 'A' || t.ptr[0] > 'Z' || t.ptr[1] < 'A' || t.ptr[1] > 'Z') return false;
    buyer_zones_fill(&zones, s->w->ask->store->env, s->w->ask->shop, t, &s->facts.contact);
    return true;
}

static bool take_class(struct supposed *s, const json_t *v, size_t at)
{
    const struct text t = text_from_cstr(json_string_value(v));
    (void)at;
    s->facts.contact.message_class = text_is(t, "commercial") ? MESSAGE_COMMERCIAL : MESSAGE_SERVICE;
    return text_is(t, "commercial") || text_is(t, "service");
}

static bool take_consent(struct supposed *s, const json_t *v, size_t at)
{
    const struct text t = text_from_cstr(json_string_value(v));
    const enum consent consent = text_is(t, "given") ? CONSENT_GIVEN : text_is(t, "refused") ? CONSENT_REFUSED : CONSENT_UNTOLD;
    (void)at;
    for (int k = 0; k <= CHANNEL_DIRECTORY; k++) s->facts.consent[k] = consent;
    return json_is_null(v) || consent != CONSENT_UNTOLD;
}

static bool take_on_delivery(struct supposed *s, const json_t *v, size_t at)
{
    (void)at;
    s->order.pay_kind = json_is_true(v) ? PAY_ON_DELIVERY : PAY_ONLINE;
    return json_is_boolean(v);
}

static bool take_presale(struct supposed *s, const json_t *v, size_t at)
{
    (void)at;
    s->order.status = json_is_true(v) ? STATUS_DEPOSIT_PAID : STATUS_UNPAID;
    return json_is_boolean(v);
}

/* Newest first, as struct contact_facts has them. */
static bool take_contacts(struct supposed *s, const json_t *v, size_t at)
{
    struct contact_facts *c = &s->facts.contact;
    (void)at;
    if (!json_is_array(v) || json_array_size(v) > sizeof c->contacts / sizeof c->contacts[0]) return false;
    c->contact_count = 0;
    for (size_t i = 0; i < json_array_size(v); i++) {
        int64_t ms;
        int k = c->contact_count;
        if (!instant_parse(text_from_cstr(json_string_value(json_array_get(v, i))), &ms)) return false;
        for (; k > 0 && c->contacts[k - 1] < ms; k--) c->contacts[k] = c->contacts[k - 1];
        c->contacts[k] = ms;
        c->contact_count++;
    }
    return true;
}

static bool take_marks(struct supposed *s, const json_t *v, size_t at)
{
    (void)at;
    if (!json_is_array(v) || json_array_size(v) > PLAN_MARKS_MAX) return false;
    s->facts.mark_count = 0;
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *m = json_array_get(v, i);
        struct reminder_mark mark = { .wave = (int)json_integer_value(json_object_get(m, "wave")),
                                      .outcome = mark_outcome_parse(text_from_cstr(json_string_value(json_object_get(m, "outcome")))) };
        if (mark.wave < 1 || mark.wave > PLAN_WAVES || mark.outcome == MARK_NONE) return false;
        if (!instant_parse(text_from_cstr(json_string_value(json_object_get(m, "at"))), &mark.at_ms)) return false;
        s->facts.marks[s->facts.mark_count++] = mark;
    }
    return true;
}

static bool take_policy(struct supposed *s, const json_t *v, size_t at)
{
    const char *name;
    json_t *value;
    struct reason ignored;
    (void)at;
    if (!json_is_object(v)) return false;
    json_object_foreach((json_t *)v, name, value)
        if (!json_is_integer(value) || policy_change(&s->policy, text_from_cstr(name), json_integer_value(value)) != POLICY_CHANGED) return false;
    return policy_sound(&s->policy, &ignored);
}

/* {"from", "hours"}: which stretch of time to tell minute by minute. */
static bool take_strip(struct supposed *s, const json_t *v, size_t at)
{
    const json_t *from = json_object_get(v, "from"), *hours = json_object_get(v, "hours");
    (void)at;
    s->strip_hours = json_integer_value(hours);
    return json_is_integer(hours) && s->strip_hours >= 1 && s->strip_hours <= STRIP_HOURS_MAX && json_is_string(from) &&
           instant_parse(text_from_cstr(json_string_value(from)), &s->strip_from_ms) && s->strip_from_ms >= INSTANT_FIRST_MS && s->strip_from_ms <= INSTANT_LAST_MS;
}

/* Which order was read before all else. */
static bool take_order(struct supposed *s, const json_t *v, size_t at)
{
    (void)s, (void)at;
    return json_is_string(v) || json_is_null(v);
}

static bool take_nothing(struct supposed *s, const json_t *v, size_t at) /* read before the others */
{
    (void)s, (void)v, (void)at;
    return true;
}

#define AT(member) offsetof(struct supposed, member)
static const struct { const char *name; take *take; size_t at; } fields[] = {
    { "at", take_nothing, 0 }, { "order", take_order, 0 }, { "age_s", take_age, 0 },
    { "placed_at", take_instant, AT(order.placed_at_ms) }, { "paid_at", take_instant, AT(order.paid_at_ms) },
    { "cancelled_at", take_instant, AT(order.cancelled_at_ms) }, { "country", take_country, 0 }, { "on_delivery", take_on_delivery, 0 },
    { "presale", take_presale, 0 }, { "held_out", take_bool, AT(facts.held_out) }, { "class", take_class, 0 }, { "consent", take_consent, 0 },
    { "opted_out", take_bool, AT(facts.contact.opted_out) }, { "complained", take_bool, AT(facts.contact.complained) },
    { "dispute_open", take_bool, AT(facts.contact.dispute_open) }, { "bad_review_open", take_bool, AT(facts.contact.bad_review_open) },
    { "phone", take_bool, AT(facts.has_phone) }, { "email", take_bool, AT(facts.has_email) }, { "feed_age_s", take_feed_age, 0 },
    { "contacts", take_contacts, 0 }, { "marks", take_marks, 0 }, { "event_from", take_instant, AT(facts.contact.event_from_ms) },
    { "event_until", take_instant, AT(facts.contact.event_until_ms) }, { "balance_from", take_instant, AT(facts.balance_from_ms) },
    { "balance_until", take_instant, AT(facts.balance_until_ms) }, { "policy", take_policy, 0 }, { "strip", take_strip, 0 },
};

static bool suppose(struct supposed *s, const json_t *what)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)what, name, v) {
        size_t i = 0;
        while (i < sizeof fields / sizeof fields[0] && strcmp(fields[i].name, name) != 0) i++;
        if (i == sizeof fields / sizeof fields[0] || !fields[i].take(s, v, fields[i].at)) {
            s->bad = i == sizeof fields / sizeof fields[0] ? "what" : fields[i].name;
            return false;
        }
    }
    struct contact_facts *c = &s->facts.contact;
    c->placed_at_ms = s->order.placed_at_ms;
    c->has_event = c->event_from_ms != INSTANT_NONE && c->event_until_ms != INSTANT_NONE && c->event_from_ms < c->event_until_ms;
    if (s->order.placed_at_ms == INSTANT_NONE) s->bad = "placed_at";
    else if ((c->event_from_ms == INSTANT_NONE) != (c->event_until_ms == INSTANT_NONE) || (c->event_from_ms != INSTANT_NONE && !c->has_event)) s->bad = "event_until";
    else if ((s->facts.balance_from_ms == INSTANT_NONE) != (s->facts.balance_until_ms == INSTANT_NONE)) s->bad = "balance_until";
    return s->bad == NULL;
}

/* What is supposed where nothing is said; false when the order is not there or something failed. */
static bool begin(struct supposed *s, struct text order_no, bool consents, enum answer_error *ret_error)
{
    const struct answer_ask *q = s->w->ask;
    struct buyer_zones zones = { .known_count = 0 };
    s->policy = *q->policy;
    if (text_empty(order_no)) {
        s->order = (struct order){ .placed_at_ms = q->now_ms - SUPPOSED_AGE_S * MS_PER_S, .paid_at_ms = INSTANT_NONE, .cancelled_at_ms = INSTANT_NONE,
            .shipped_at_ms = INSTANT_NONE, .delivered_at_ms = INSTANT_NONE, .refunded_at_ms = INSTANT_NONE, .ship_by_ms = INSTANT_NONE,
            .status = STATUS_UNPAID, .pay_kind = PAY_ONLINE, .customer_id = CLAIM_NONE };
        s->facts = (struct plan_facts){ .contact = { .now_ms = q->now_ms, .message_class = MESSAGE_SERVICE, .event_from_ms = INSTANT_NONE, .event_until_ms = INSTANT_NONE },
            .balance_from_ms = INSTANT_NONE, .balance_until_ms = INSTANT_NONE, .has_phone = true, .has_email = true };
        buyer_zones_fill(&zones, q->store->env, q->shop, TEXT_NONE, &s->facts.contact);
    } else {
        struct plan_desk d;
        struct plan_found found = { .found = false };
        const bool ok = plan_desk_begin(&d, &(struct plan_desk_ask){ .store = q->store, .shop = q->shop, .policy = q->policy, .now_ms = q->now_ms, .consents = consents }) &&
                        plan_facts_find(&d, &s->w->arena, order_no, &found);
        plan_desk_end(&d);
        if (!ok) s->w->failed = true;
        else if (!found.found) *ret_error = ANSWER_NOT_FOUND;
        if (!ok || !found.found) return false;
        s->order = found.row.order;
        s->facts = found.facts;
    }
    s->facts.order = &s->order;
    return true;
}

/* The whole table, in the order in which it is asked, and which row speaks. */
static json_t *rules_json(struct answer *w, const struct reminder_plan *plan)
{
    json_t *list = json_array();
    for (int i = 1; i < PLAN_RULE_COUNT; i++) {
        const struct plan_rule_row *r = plan_rule_row((enum plan_rule)i);
        push(w, list, json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:b}", "rule", r->word, "verdict", plan_verdict_word(r->verdict), "en", json_text(r->what_en), "zh",
                                json_text(r->what_zh), "source", r->source, "source_zh", json_text(source_zh(r->source)), "speaks", (int)(plan->rule == r->rule)));
    }
    for (int i = 0; i < CONTACT_RULE_COUNT; i++) {
        const struct contact_rule_row *r = contact_rule_at(i);
        if (r->rule == CONTACT_RULE_ALLOWED) continue; /* the waves say so */
        push(w, list, json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:b}", "rule", r->word, "verdict", plan_verdict_word(r->verdict), "en", json_text(r->what_en), "zh",
                                json_text(r->what_zh), "source", r->source, "source_zh", json_text(source_zh(r->source)), "speaks", (int)(plan->rule == PLAN_RULE_CONTACT && plan->contact.rule == r->rule)));
    }
    return list;
}

static bool same_answer(const struct reminder_plan *a, const struct reminder_plan *b)
{
    return a->verdict == b->verdict && a->wave == b->wave && a->channel == b->channel && strcmp(plan_word(a), plan_word(b)) == 0;
}

/* The same facts at every minute of a stretch of time, as if nothing new were heard: stretches of one answer, each with the reason of its
 * first minute. */
static json_t *strip_json(struct supposed *s)
{
    struct answer *w = s->w;
    json_t *list = json_array(), *run = NULL;
    struct reminder_plan last = { .wave = -1 };
    const int64_t until_ms = s->strip_from_ms + s->strip_hours * MS_PER_HOUR;
    for (int64_t at_ms = s->strip_from_ms; at_ms < until_ms; at_ms += MS_PER_MIN) {
        struct plan_facts f = s->facts;
        f.contact.now_ms = at_ms;
        const struct reminder_plan plan = plan_check(&s->policy, &f);
        if (run && same_answer(&plan, &last)) continue;
        if (run) put(w, run, "until", json_instant(w, at_ms));
        const struct reason why = plan_say(&w->arena, &s->policy, &f, &plan);
        run = json_pack("{s:s, s:s}", "decision", plan_verdict_word(plan.verdict), "rule", plan_word(&plan));
        put(w, run, "from", json_instant(w, at_ms));
        put(w, run, "wave", plan.wave > 0 ? json_integer(plan.wave) : json_null());
        put(w, run, "channel", plan.channel == CHANNEL_NONE ? json_null() : json_string(channel_word(plan.channel)));
        put(w, run, "reason", json_reason(&why));
        push(w, list, run);
        last = plan;
    }
    if (run) put(w, run, "until", json_instant(w, until_ms));
    return list;
}

json_t *answer_explain_if(const struct answer_ask *q, const json_t *what, const char **ret_field, enum answer_error *ret_error)
{
    struct answer w;
    struct supposed s = { .w = &w };
    json_t *o = NULL;
    const struct text order_no = text_from_cstr(json_string_value(json_object_get(what, "order")));
    *ret_error = ANSWER_OK;
    *ret_field = NULL;
    if (answer_begin(&w, q) && begin(&s, order_no, json_object_get(what, "class") != NULL, ret_error) && suppose(&s, what)) {
        const struct reminder_plan plan = plan_check(&s.policy, &s.facts);
        o = json_object();
        put(&w, o, "at", json_instant(&w, q->now_ms));
        put(&w, o, "order", json_text(order_no));
        put_plan(&w, o, &s.policy, &s.facts, &plan);
        put(&w, o, "rules", rules_json(&w, &plan));
        if (s.strip_hours) put(&w, o, "strip", strip_json(&s));
    }
    *ret_field = s.bad;
    if (s.bad) *ret_error = ANSWER_BAD_STATE; /* the field tells more */
    return answer_end(&w, o, ret_error);
}
