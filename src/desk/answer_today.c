/* Today, for the page and for the command line. */
#include "desk/today_facts.h"

static const char *phase_word(enum campaign_phase p)
{
    switch (p) {
    case PHASE_NONE: return "none";
    case PHASE_BUILD_UP: return "build_up";
    case PHASE_WARM_UP: return "warm_up";
    case PHASE_EVENT: return "event";
    case PHASE_REVIEW: return "review";
    }
    return "none";
}

static json_t *moment_json(struct answer *w, const struct today_found *t)
{
    const struct moment *m = &t->facts.moment;
    json_t *o = json_object();
    put(w, o, "phase", json_string(phase_word(m->phase)));
    put(w, o, "campaign", m->campaign < 0 ? json_null() : json_words(t->campaigns[m->campaign].name_en, t->campaigns[m->campaign].name_zh));
    put(w, o, "since", json_instant(w, m->since_ms));
    put(w, o, "until", json_instant(w, m->until_ms));
    put(w, o, "en", json_text(m->en));
    put(w, o, "zh", json_text(m->zh));
    return o;
}

/* Sentences of lines hold money: for those who may not see it they are decided as if there were none. */
static int lines_of(struct answer *w, const struct today_found *t, struct today_line lines[LIMIT_TODAY_LINES])
{
    struct today_facts f = t->facts;
    bool money = w->ask->mask & ANSWER_MONEY;
    if (!money) f.remind_count = f.held_count = 0;
    int n = today_lines(&w->arena, w->ask->policy, &f, lines), kept = 0;
    for (int i = 0; i < n; i++)
        if (money || lines[i].kind != TODAY_PACE) lines[kept++] = lines[i];
    return kept;
}

static json_t *title_json(struct answer *w, int64_t order_id)
{
    struct lines_row l;
    if (!query_lines_row(w->ask->store, w->ask->shop, &w->arena, order_id, &l)) return NULL;
    return lines_title(w, &l);
}

static json_t *reminder_json(struct answer *w, const struct reminder_entry *e)
{
    struct person_cells person = { 0 };
    json_t *o = json_object();
    if (w->ask->mask & ANSWER_BUYER && !query_person(w->ask->store, w->ask->shop, &w->arena, e->order_id, &person)) w->failed = true;
    put(w, o, "order", json_text(e->order_no));
    put(w, o, "wave", json_integer(e->decision.wave));
    put(w, o, "due_at", json_instant(w, e->decision.due_at_ms));
    put(w, o, "closes_at", json_instant(w, e->closes_at_ms));
    put(w, o, "placed_at", json_instant(w, e->placed_at_ms));
    put(w, o, "amount", json_money(w, e->open_minor));
    put(w, o, "buyer", json_text(person.buyer));
    put(w, o, "region", json_text(e->region));
    put(w, o, "title", title_json(w, e->order_id));
    put(w, o, "reason", json_reason(&e->decision.reason));
    return o;
}

static void put_until(struct answer *w, json_t *o, const struct reminder_decision *d)
{
    if (d->verdict == REMINDER_NEVER) put(w, o, "never", json_true());
    else put(w, o, "until", json_instant(w, d->until_ms));
}

static json_t *held_json(struct answer *w, const struct reminder_entry *e)
{
    json_t *o = json_object();
    put(w, o, "order", json_text(e->order_no));
    put_until(w, o, &e->decision);
    put(w, o, "amount", json_money(w, e->open_minor));
    put(w, o, "reason", json_reason(&e->decision.reason));
    return o;
}

static json_t *pick_json(struct answer *w, const struct pick_entry *e)
{
    struct person_cells person = { 0 };
    struct lines_row lines = { 0 };
    json_t *o = json_object();
    if (!query_lines_row(w->ask->store, w->ask->shop, &w->arena, e->order_id, &lines)) w->failed = true;
    if (w->ask->mask & ANSWER_NOTES && !query_person(w->ask->store, w->ask->shop, &w->arena, e->order_id, &person)) w->failed = true;
    put(w, o, "order", json_text(e->order_no));
    put(w, o, "paid_at", json_instant(w, e->paid_at_ms));
    put(w, o, "ship_by", json_instant(w, e->decision.ship_by_ms));
    put(w, o, "late", json_boolean(e->decision.late));
    put(w, o, "pieces", json_count(e->pieces != CLAIM_NONE ? e->pieces : lines.pieces));
    put(w, o, "region", json_text(e->region));
    put(w, o, "title", lines_title(w, &lines));
    put(w, o, "buyer_note", json_text(person.buyer_note));
    put(w, o, "seller_note", json_text(person.seller_note));
    put(w, o, "amount", json_money(w, e->total_minor));
    put(w, o, "reason", json_reason(&e->decision.reason));
    return o;
}

static json_t *pace_json(struct answer *w, const struct today_found *t)
{
    json_t *hours = json_array();
    if (!(w->ask->mask & ANSWER_MONEY) || w->age_s == INT64_MAX) {
        json_decref(hours);
        return json_null();
    }
    for (int h = 0; h < 24; h++)
        push(w, hours, json_pack("{s:i, s:I, s:o}", "hour", h, "paid", (json_int_t)t->pace[h].paid_minor, "compare",
                                 t->has_compare ? json_integer(t->pace[h].compare_minor) : json_null()));
    json_t *compare = t->has_compare ? json_words(t->facts.compare_en, t->facts.compare_zh)
                                     : json_words(TEXT("no day to compare with yet"), TEXT("暂无可对比的日期"));
    return json_pack("{s:o, s:o}", "compare", compare, "hours", hours);
}

static json_t *totals_json(struct answer *w, const struct today_found *t)
{
    json_t *o = json_object();
    put(w, o, "reminders", json_integer(t->facts.remind_count));
    put(w, o, "reminders_amount", json_money(w, t->facts.remind_minor));
    put(w, o, "held", json_integer(t->held_count));
    put(w, o, "pick", json_integer(t->facts.pick_count));
    put(w, o, "late", json_integer(t->facts.late_count));
    return o;
}

static json_t *today_page(struct answer *w, const struct today_found *t)
{
    struct today_line line[LIMIT_TODAY_LINES];
    json_t *o = json_object(), *lines = json_array(), *reminders = json_array(), *held = json_array(), *pick = json_array();
    int n = lines_of(w, t, line);

    for (int i = 0; i < n; i++)
        push(w, lines, json_pack("{s:s, s:I, s:o, s:b, s:o}", "kind", today_kind_word(line[i].kind), "count", (json_int_t)line[i].count,
                                 "amount", line[i].kind == TODAY_REMIND || line[i].kind == TODAY_PACE ? json_money(w, line[i].amount_minor)
                                 : json_null(), "urgent", line[i].urgent, "reason", json_reason(&line[i].reason)));
    const bool speaks = w->ask->mask & ANSWER_CONTACT;
    for (int64_t i = 0; speaks && i < t->due_count && i < ANSWER_TODAY_ROWS; i++) push(w, reminders, reminder_json(w, t->due[i]));
    for (int64_t i = 0; speaks && i < t->held_count && i < ANSWER_TODAY_ROWS; i++) push(w, held, held_json(w, t->held[i]));
    for (int64_t i = 0; i < t->pick_count; i++) push(w, pick, pick_json(w, &t->pick[i]));
    put(w, o, "at", json_instant(w, w->ask->now_ms));
    put_age(w, o);
    put(w, o, "feeds", json_feeds_on(w));
    put(w, o, "moment", moment_json(w, t));
    put(w, o, "lines", lines);
    put(w, o, "totals", totals_json(w, t));
    put(w, o, "reminders", reminders);
    put(w, o, "held", held);
    put(w, o, "pick", pick);
    put(w, o, "pace", pace_json(w, t));
    return o;
}

json_t *answer_today(const struct answer_ask *q, enum answer_error *ret_error)
{
    struct answer w;
    struct today_found t;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q) && today_find(&w, ANSWER_TODAY_ROWS, &t)) o = today_page(&w, &t);
    return answer_end(&w, o, ret_error);
}

/* ---- the command line ---- */

static json_t *reason_string(const struct reason *r, bool zh)
{
    return json_text(zh ? r->zh : r->en);
}

static json_t *today_cli(struct answer *w, const struct today_found *t, bool zh)
{
    struct today_line line[LIMIT_TODAY_LINES];
    json_t *o = json_object(), *lines = json_array(), *reminders = json_array(), *held = json_array(), *pick = json_array();
    int n = lines_of(w, t, line);

    for (int i = 0; i < n; i++)
        push(w, lines, json_pack("{s:s, s:I, s:b, s:o}", "kind", today_kind_word(line[i].kind), "count", (json_int_t)line[i].count,
                                 "urgent", line[i].urgent, "reason", reason_string(&line[i].reason, zh)));
    for (int64_t i = 0; i < t->due_count; i++) {
        const struct reminder_entry *e = t->due[i];
        json_t *row = json_object();
        put(w, row, "order", json_text(e->order_no));
        put(w, row, "wave", json_integer(e->decision.wave));
        put(w, row, "due_at", json_instant(w, e->decision.due_at_ms));
        put(w, row, "reason", reason_string(&e->decision.reason, zh));
        put(w, row, "amount", json_money(w, e->open_minor));
        push(w, reminders, row);
    }
    for (int64_t i = 0; i < t->held_count; i++) {
        json_t *row = json_object();
        put(w, row, "order", json_text(t->held[i]->order_no));
        put_until(w, row, &t->held[i]->decision);
        put(w, row, "reason", reason_string(&t->held[i]->decision.reason, zh));
        push(w, held, row);
    }
    for (int64_t i = 0; i < t->pick_count; i++) {
        json_t *row = json_object();
        put(w, row, "order", json_text(t->pick[i].order_no));
        put(w, row, "paid_at", json_instant(w, t->pick[i].paid_at_ms));
        put(w, row, "ship_by", json_instant(w, t->pick[i].decision.ship_by_ms));
        put(w, row, "late", json_boolean(t->pick[i].decision.late));
        push(w, pick, row);
    }
    put(w, o, "at", json_instant(w, w->ask->now_ms));
    put_age(w, o);
    put(w, o, "feeds", json_feeds_on(w));
    put(w, o, "moment", json_text(zh ? t->facts.moment.zh : t->facts.moment.en));
    put(w, o, "lines", lines);
    put(w, o, "reminders", reminders);
    put(w, o, "held", held);
    put(w, o, "pick", pick);
    return o;
}

json_t *answer_today_cli(const struct answer_ask *q, bool zh, enum answer_error *ret_error)
{
    struct answer w;
    struct today_found t;
    json_t *o = NULL;
    *ret_error = ANSWER_OK;
    if (answer_begin(&w, q) && today_find(&w, INT64_MAX, &t)) o = today_cli(&w, &t, zh);
    return answer_end(&w, o, ret_error);
}
