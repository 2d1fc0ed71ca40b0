/* Hours: which are shut for a message, and until when. Local time is looked at minute by minute of each zone's own clock, so a day of
 * 23 or 25 hours needs no special care: a wait never reaches over a change of the clock, there one looks again. */
#include <assert.h>
#include "core/contact/contact_parts.h"

/* Law, as far as an hour is named for messages to consumers; a shop's own quiet hours come on top. */
static const struct country_hours hours[] = {
    { "US", MESSAGE_COMMERCIAL, CHANNEL_SMS, 21 * 60, 8 * 60, "47 CFR 64.1200(c)(1): no telephone solicitation before 8 or after 21, called party's time; as of 2026-11" },
    { "IN", MESSAGE_COMMERCIAL, CHANNEL_SMS, 21 * 60, 9 * 60, "TRAI customer preference regulations of 2010: no commercial SMS from 21 to 9; by a secondary source, as of 2026-11" },
};

const struct country_hours *country_hours(int *ret_n)
{
    *ret_n = (int)(sizeof hours / sizeof hours[0]);
    return hours;
}

/* The zone's next change of offset after at_ms; INSTANT_MAX when there is none. */
static int64_t zone_next_change(const struct zone *z, int64_t at_ms)
{
    int low = 0, high = z->n; /* first index whose at_ms is later */
    while (low < high) {
        int mid = low + (high - low) / 2;
        if (z->at_ms[mid] > at_ms) high = mid;
        else low = mid + 1;
    }
    return low < z->n ? z->at_ms[low] : INSTANT_MAX;
}

/* The instant at which the zone's clock shows the minute of day next, or an earlier change of the clock, after which one has to look again. */
static int64_t zone_next_minute(const struct zone *z, int64_t at_ms, int minute_now, int minute)
{
    const int64_t left_min = minute > minute_now ? minute - minute_now : minute - minute_now + MINUTES_A_DAY;
    const int64_t local_ms = at_ms + (int64_t)zone_offset_s(z, at_ms) * MS_PER_S;
    const int64_t into_minute_ms = (local_ms % MS_PER_MIN + MS_PER_MIN) % MS_PER_MIN;
    const int64_t end_ms = at_ms - into_minute_ms + left_min * MS_PER_MIN, change_ms = zone_next_change(z, at_ms);
    return change_ms < end_ms ? change_ms : end_ms;
}

/* ---- which hours ---- */

static void shut_add(struct look *l, enum contact_rule rule, int from, int until)
{
    if (from == until) return;
    assert(l->shut_count < SHUT_MAX);
    l->shut[l->shut_count++] = (struct shut){ rule, from, until };
}

static bool rings(enum channel c)
{
    switch (c) {
    case CHANNEL_SMS: case CHANNEL_EMAIL: case CHANNEL_DIRECTORY: return true;
    case CHANNEL_NONE: case CHANNEL_CHAT: case CHANNEL_ROBOT: return false;
    }
    return false;
}

/* What a person does by hand they write by chat. */
static bool by_chat(enum channel c) { return c == CHANNEL_NONE || c == CHANNEL_CHAT; }

static int64_t cap_free(const struct policy *p, const struct contact_facts *f)
{
    int seen = 0;
    if (p->cap_per_day <= 0) return INSTANT_NONE;
    for (int i = 0; i < f->contact_count; i++) {
        if (f->contacts[i] > f->now_ms) continue;
        if (f->contacts[i] + MS_PER_DAY <= f->now_ms) break;
        if (++seen == p->cap_per_day) return f->contacts[i] + MS_PER_DAY;
    }
    return f->now_ms;
}

static int64_t gap_free(const struct policy *p, const struct contact_facts *f)
{
    for (int i = 0; i < f->contact_count; i++)
        if (f->contacts[i] <= f->now_ms) {
            const int64_t free_ms = f->contacts[i] + p->gap_min_s * MS_PER_S;
            return free_ms > f->now_ms ? free_ms : f->now_ms;
        }
    return f->now_ms;
}

static void shut_by_country(struct look *l)
{
    const enum message_class class = l->f->message_class == MESSAGE_COMMERCIAL ? MESSAGE_COMMERCIAL : MESSAGE_SERVICE;
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++)
        if (memcmp(hours[i].country, l->f->country, 3) == 0 && hours[i].channel == l->f->channel && class >= hours[i].from_class)
            shut_add(l, CONTACT_RULE_COUNTRY_HOURS, hours[i].from_min, hours[i].until_min);
}

void look_at(const struct policy *p, const struct contact_facts *f, struct look *ret)
{
    assert(f->zone_count >= 1 && f->zone_count <= CONTACT_ZONES_MAX);
    assert(f->contact_count >= 0 && f->contact_count <= CONTACTS_MAX);
    ret->p = p;
    ret->f = f;
    ret->shut_count = 0;
    ret->pushes = rings(f->channel);
    ret->night_chat = p->event_night_chat != 0 && by_chat(f->channel) && f->has_event && f->placed_at_ms != INSTANT_NONE;
    ret->silent_from_ms = ret->silent_until_ms = 0;
    if (f->has_event) {
        ret->silent_from_ms = f->event_from_ms - p->silence_before_s * MS_PER_S;
        ret->silent_until_ms = f->event_from_ms + p->silence_after_s * MS_PER_S;
    }
    ret->cap_ms = cap_free(p, f);
    ret->gap_ms = gap_free(p, f);
    shut_add(ret, CONTACT_RULE_NIGHT, p->night_from_min, p->night_until_min);
    shut_add(ret, CONTACT_RULE_SMALL_HOURS, 0, p->night_from_min);
    shut_add(ret, CONTACT_RULE_QUIET, p->quiet_from_min, p->quiet_until_min);
    shut_by_country(ret);
    if (!ret->pushes) return;
    shut_add(ret, CONTACT_RULE_MEAL, p->meal1_from_min, p->meal1_until_min);
    shut_add(ret, CONTACT_RULE_MEAL, p->meal2_from_min, p->meal2_until_min);
}

/* Chat on event night opens the hours from midnight to the night's begin, in every zone, to a young order. */
static bool open_by_night(const struct look *l, int64_t at_ms, int minute)
{
    return l->night_chat && minute < l->p->night_from_min && at_ms >= l->f->event_from_ms && at_ms < l->f->event_until_ms &&
           at_ms - l->f->placed_at_ms < l->p->event_night_age_s * MS_PER_S;
}

static bool shut_in(const struct look *l, const struct shut *s, int64_t at_ms, int minute)
{
    if (!minute_in(minute, s->from, s->until)) return false;
    const bool can_open = s->rule == CONTACT_RULE_SMALL_HOURS || s->rule == CONTACT_RULE_QUIET;
    return !can_open || !open_by_night(l, at_ms, minute);
}

const struct zone *look_shut(const struct look *l, enum contact_rule rule, const struct shut **ret_shut)
{
    for (int i = 0; i < l->shut_count; i++) {
        if (l->shut[i].rule != rule) continue;
        for (int k = 0; k < l->f->zone_count; k++)
            if (shut_in(l, &l->shut[i], l->f->now_ms, zone_minute(l->f->zones[k], l->f->now_ms))) {
                if (ret_shut) *ret_shut = &l->shut[i];
                return l->f->zones[k];
            }
    }
    return NULL;
}

/* ---- until when ---- */

static bool has_good_window(const struct policy *p)
{
    return p->good1_from_min != p->good1_until_min || p->good2_from_min != p->good2_until_min;
}

bool look_in_good_window(const struct look *l, int64_t at_ms)
{
    if (!l->pushes || !has_good_window(l->p)) return true;
    for (int k = 0; k < l->f->zone_count; k++) {
        const int minute = zone_minute(l->f->zones[k], at_ms);
        if (minute_in(minute, l->p->good1_from_min, l->p->good1_until_min) || minute_in(minute, l->p->good2_from_min, l->p->good2_until_min)) return true;
    }
    return false;
}

/* at_ms itself, or the first instant at which a good window may begin in some zone. */
static int64_t good_from(const struct look *l, int64_t at_ms)
{
    const int begins[][2] = { { l->p->good1_from_min, l->p->good1_until_min }, { l->p->good2_from_min, l->p->good2_until_min } };
    int64_t first_ms = INSTANT_MAX;
    if (look_in_good_window(l, at_ms)) return at_ms;
    for (int k = 0; k < l->f->zone_count; k++)
        for (int i = 0; i < 2; i++) {
            if (begins[i][0] == begins[i][1]) continue;
            const int64_t next_ms = zone_next_minute(l->f->zones[k], at_ms, zone_minute(l->f->zones[k], at_ms), begins[i][0] % MINUTES_A_DAY);
            if (next_ms < first_ms) first_ms = next_ms;
        }
    return first_ms;
}

/* at_ms itself when nothing shuts in this zone, else the first instant at which that may end. */
static int64_t zone_open_from(const struct look *l, const struct zone *z, int64_t at_ms)
{
    const int minute = zone_minute(z, at_ms);
    for (int i = 0; i < l->shut_count; i++) {
        const struct shut *s = &l->shut[i];
        if (!shut_in(l, s, at_ms, minute)) continue;
        const bool over_midnight = s->until <= s->from && minute >= s->from; /* event night may open at 0:00 */
        return zone_next_minute(z, at_ms, minute, l->night_chat && over_midnight ? 0 : s->until % MINUTES_A_DAY);
    }
    return at_ms;
}

int64_t look_open_from(const struct look *l, int64_t at_ms)
{
    const int64_t last_ms = at_ms + LOOK_AHEAD_DAYS * MS_PER_DAY;
    bool moved = true;
    while (moved && at_ms <= last_ms) {
        int64_t next_ms = at_ms;
        if (at_ms >= l->silent_from_ms && at_ms < l->silent_until_ms) next_ms = l->silent_until_ms;
        for (int k = 0; k < l->f->zone_count && next_ms == at_ms; k++) next_ms = zone_open_from(l, l->f->zones[k], at_ms);
        if (next_ms == at_ms) next_ms = good_from(l, at_ms);
        moved = next_ms != at_ms;
        assert(next_ms >= at_ms);
        at_ms = next_ms;
    }
    return moved ? INSTANT_NONE : at_ms;
}
