/* May this person be contacted now.  Rules in the order of contact_rules; the first that matches speaks.
 * Local time is looked at minute by minute of the zone's own clock, so a day of 23 or 25 hours needs no special care. */
#include <assert.h>
#include <inttypes.h>
#include "core/contact/contact.h"
#include "core/words.h"

enum { LOOK_AHEAD_DAYS = 2, CONTACTS_MAX = 16 };

static bool minute_in(int minute, int from, int until)
{
    if (from == until) return false;
    if (from < until) return minute >= from && minute < until;
    return minute >= from || minute < until;
}

static int local_minute(const struct zone *z, int64_t at_ms)
{
    struct civil c = zone_civil(z, at_ms);
    return c.hour * 60 + c.minute;
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

/* at_ms itself when the window is shut in this zone, else the first instant at which it may be: the local end of the
 * window, or an earlier change of the clock, after which one has to look again. */
static int64_t zone_after(const struct zone *z, int64_t at_ms, int from, int until)
{
    int minute = local_minute(z, at_ms);
    if (!minute_in(minute, from, until)) return at_ms;
    int64_t left_min = until - minute > 0 ? until - minute : until - minute + 1440;
    int64_t local_ms = at_ms + (int64_t)zone_offset_s(z, at_ms) * MS_PER_S;
    int64_t into_minute_ms = (local_ms % MS_PER_MIN + MS_PER_MIN) % MS_PER_MIN;
    int64_t end_ms = at_ms - into_minute_ms + left_min * MS_PER_MIN;
    int64_t change_ms = zone_next_change(z, at_ms);
    return change_ms < end_ms ? change_ms : end_ms;
}

/* First instant from at_ms on that is neither night nor quiet in any zone; INSTANT_NONE when none within two days. */
static int64_t contact_allowed_from(const struct policy *p, const struct contact_facts *f, int64_t at_ms)
{
    const int64_t last_ms = at_ms + LOOK_AHEAD_DAYS * MS_PER_DAY;
    bool moved = true;
    while (moved && at_ms <= last_ms) {
        moved = false;
        for (int i = 0; i < f->zone_count; i++) {
            int64_t next_ms = zone_after(f->zones[i], at_ms, p->night_from_min, p->night_until_min);
            if (next_ms == at_ms) next_ms = zone_after(f->zones[i], at_ms, p->quiet_from_min, p->quiet_until_min);
            if (next_ms != at_ms) {
                assert(next_ms > at_ms);
                at_ms = next_ms;
                moved = true;
            }
        }
    }
    return moved ? INSTANT_NONE : at_ms;
}

/* The first zone in which the window is open now; NULL when in none. */
static const struct zone *contact_zone_in(const struct contact_facts *f, int from, int until)
{
    for (int i = 0; i < f->zone_count; i++)
        if (minute_in(local_minute(f->zones[i], f->now_ms), from, until)) return f->zones[i];
    return NULL;
}

/* When the cap lets one more contact through; now when it does already, INSTANT_NONE when it never will. */
static int64_t contact_cap_free(const struct policy *p, const struct contact_facts *f)
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

static int64_t contact_gap_free(const struct policy *p, const struct contact_facts *f)
{
    for (int i = 0; i < f->contact_count; i++)
        if (f->contacts[i] <= f->now_ms) {
            int64_t free_ms = f->contacts[i] + p->gap_min_s * MS_PER_S;
            return free_ms > f->now_ms ? free_ms : f->now_ms;
        }
    return f->now_ms;
}

static struct contact_decision hold_stale(struct arena *a, const struct policy *p, const struct contact_facts *f)
{
    struct contact_decision d = { CONTACT_HOLD, INSTANT_NONE, { .rule = "stale-data" } };
    struct text limit_en = words_duration(a, p->feed_stale_after_s * MS_PER_S, false);
    struct text limit_zh = words_duration(a, p->feed_stale_after_s * MS_PER_S, true);
    if (f->feed_age_s == INT64_MAX) {
        d.reason.en = TEXT("There are no facts up to this moment; nobody is contacted until newer orders are imported.");
        d.reason.zh = TEXT("截至此刻没有任何数据，导入最新订单之前不联系任何买家。");
        return d;
    }
    struct text age_en = words_duration(a, f->feed_age_s * MS_PER_S, false);
    struct text age_zh = words_duration(a, f->feed_age_s * MS_PER_S, true);
    d.reason.en = arena_printf(a, "The latest fact is %.*s old (limit %.*s): the buyer may have paid since. Import newer orders first.",
                               (int)age_en.len, age_en.ptr, (int)limit_en.len, limit_en.ptr);
    d.reason.zh = arena_printf(a, "最新数据已是 %.*s前的（上限 %.*s），买家可能已经付款，请先导入最新订单。",
                               (int)age_zh.len, age_zh.ptr, (int)limit_zh.len, limit_zh.ptr);
    return d;
}

struct window { const char *rule; int from, until; struct text name_en, name_zh; };

static struct contact_decision hold_window(struct arena *a, const struct contact_facts *f, const struct window *w,
                                           const struct zone *z, int64_t until_ms)
{
    struct contact_decision d = { CONTACT_HOLD, until_ms, { .rule = w->rule } };
    struct text now = words_minute(a, local_minute(z, f->now_ms));
    struct text from = words_minute(a, w->from), until = words_minute(a, w->until);
    const char *may_en = f->zone_count > 1 ? "may be" : "is", *may_zh = f->zone_count > 1 ? "可能是" : "是";
    if (until_ms == INSTANT_NONE) {
        d.reason.en = arena_printf(a, "It %s %.*s where the buyer lives (%.*s), and no minute of the next two days suits"
                                   " every place the buyer may live in.", may_en, (int)now.len, now.ptr, (int)w->name_en.len,
                                   w->name_en.ptr);
        d.reason.zh = arena_printf(a, "买家当地%s %.*s（%.*s），且未来两天内没有对其所有可能所在地都合适的时间。", may_zh, (int)now.len,
                                   now.ptr, (int)w->name_zh.len, w->name_zh.ptr);
        return d;
    }
    struct text free_en = words_clock(a, until_ms, f->now_ms, z, false), free_zh = words_clock(a, until_ms, f->now_ms, z, true);
    d.reason.en = arena_printf(a, "It %s %.*s where the buyer lives (%.*s, %.*s to %.*s). Wait until %.*s there.", may_en,
                               (int)now.len, now.ptr, (int)w->name_en.len, w->name_en.ptr, (int)from.len, from.ptr,
                               (int)until.len, until.ptr, (int)free_en.len, free_en.ptr);
    d.reason.zh = arena_printf(a, "买家当地%s %.*s，属于%.*s（%.*s–%.*s），请等到当地%.*s 再联系。", may_zh, (int)now.len, now.ptr,
                               (int)w->name_zh.len, w->name_zh.ptr, (int)from.len, from.ptr, (int)until.len, until.ptr,
                               (int)free_zh.len, free_zh.ptr);
    return d;
}

static struct contact_decision hold_cap(struct arena *a, const struct policy *p, int64_t until_ms)
{
    return (struct contact_decision){ CONTACT_HOLD, until_ms, { "daily-cap",
        arena_printf(a, "This buyer was contacted %d times in the last 24 hours, which is the most allowed.", p->cap_per_day),
        arena_printf(a, "24 小时内已联系该买家 %d 次，达到上限。", p->cap_per_day) } };
}

static struct contact_decision hold_gap(struct arena *a, const struct policy *p, int64_t until_ms)
{
    struct text gap_en = words_duration(a, p->gap_min_s * MS_PER_S, false), gap_zh = words_duration(a, p->gap_min_s * MS_PER_S, true);
    return (struct contact_decision){ CONTACT_HOLD, until_ms, { "too-soon",
        arena_printf(a, "The last contact with this buyer was less than %.*s ago.", (int)gap_en.len, gap_en.ptr),
        arena_printf(a, "距上次联系该买家还不到 %.*s。", (int)gap_zh.len, gap_zh.ptr) } };
}

struct contact_decision contact_decide(struct arena *a, const struct policy *p, const struct contact_facts *f)
{
    assert(f->zone_count >= 1 && f->zone_count <= 16);
    assert(f->contact_count >= 0 && f->contact_count <= CONTACTS_MAX);

    if (f->opted_out)
        return (struct contact_decision){ CONTACT_NEVER, INSTANT_NONE, { "opted-out",
            TEXT("The buyer asked not to be contacted."), TEXT("买家已要求不再联系。") } };
    if (f->feed_age_s > p->feed_stale_after_s) return hold_stale(a, p, f);

    const struct window windows[] = {
        { "night", p->night_from_min, p->night_until_min, TEXT("night"), TEXT("深夜") },
        { "quiet-hours", p->quiet_from_min, p->quiet_until_min, TEXT("quiet hours"), TEXT("免打扰时段") },
    };
    int64_t cap_ms = contact_cap_free(p, f), gap_ms = contact_gap_free(p, f);
    int64_t from_ms = cap_ms > gap_ms ? cap_ms : gap_ms; /* INSTANT_NONE is the smallest */
    int64_t until_ms = cap_ms == INSTANT_NONE ? INSTANT_NONE : contact_allowed_from(p, f, from_ms);
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        const struct zone *z = contact_zone_in(f, windows[i].from, windows[i].until);
        if (z != NULL) return hold_window(a, f, &windows[i], z, until_ms);
    }
    if (cap_ms != f->now_ms) return hold_cap(a, p, until_ms);
    if (gap_ms != f->now_ms) return hold_gap(a, p, until_ms);
    return (struct contact_decision){ CONTACT_SEND, f->now_ms, { "allowed",
        TEXT("Nothing speaks against contacting this buyer now."), TEXT("现在可以联系该买家。") } };
}
