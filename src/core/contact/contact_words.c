/* The sentence of a check, in both languages. */
#include <assert.h>
#include "core/contact/contact_parts.h"
#include "core/words.h"

static struct reason say_stale(struct arena *a, const struct policy *p, const struct contact_facts *f)
{
    struct text limit_en = words_duration(a, p->feed_stale_after_s * MS_PER_S, false);
    struct text limit_zh = words_duration(a, p->feed_stale_after_s * MS_PER_S, true);
    if (f->feed_age_s == INT64_MAX)
        return (struct reason){ "stale-data", TEXT("There are no facts up to this moment; nobody is contacted until newer orders are imported."),
                                TEXT("截至此刻没有任何数据，导入最新订单之前不联系任何买家。") };
    struct text age_en = words_duration(a, f->feed_age_s * MS_PER_S, false);
    struct text age_zh = words_duration(a, f->feed_age_s * MS_PER_S, true);
    return (struct reason){ "stale-data",
        arena_printf(a, "The latest fact is %.*s old (limit %.*s): the buyer may have paid since. Import newer orders first.", (int)age_en.len,
                     age_en.ptr, (int)limit_en.len, limit_en.ptr),
        arena_printf(a, "最新数据已是 %.*s前的（上限 %.*s），买家可能已经付款，请先导入最新订单。", (int)age_zh.len, age_zh.ptr, (int)limit_zh.len,
                     limit_zh.ptr) };
}

/* What a rule of hours calls them. */
static void hours_name(enum contact_rule rule, struct text *ret_en, struct text *ret_zh)
{
    static const struct { enum contact_rule rule; const char *en, *zh; } names[] = {
        { CONTACT_RULE_NIGHT, "night", "深夜" }, { CONTACT_RULE_SMALL_HOURS, "the small hours", "凌晨" },
        { CONTACT_RULE_QUIET, "quiet hours", "免打扰时段" }, { CONTACT_RULE_COUNTRY_HOURS, "hours shut by law", "法定禁发时段" },
        { CONTACT_RULE_MEAL, "meal time", "用餐时间" },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].rule == rule) {
            *ret_en = text_from_cstr(names[i].en);
            *ret_zh = text_from_cstr(names[i].zh);
        }
}

static struct reason say_shut(struct arena *a, const struct look *l, const struct contact_rule_row *r, int64_t until_ms)
{
    const struct contact_facts *f = l->f;
    const struct shut *shut = NULL;
    const struct zone *z = look_shut(l, r->rule, &shut);
    struct text name_en = TEXT_NONE, name_zh = TEXT_NONE;
    assert(z != NULL && shut != NULL);
    hours_name(r->rule, &name_en, &name_zh);
    struct text now = words_minute(a, zone_minute(z, f->now_ms));
    struct text from = words_minute(a, shut->from), until = words_minute(a, shut->until);
    const char *may_en = f->zone_count > 1 ? "may be" : "is", *may_zh = f->zone_count > 1 ? "可能是" : "是";
    if (until_ms == INSTANT_NONE)
        return (struct reason){ r->word,
            arena_printf(a, "It %s %.*s where the buyer lives (%.*s), and no minute of the next two days suits"
                         " every place the buyer may live in.", may_en, (int)now.len, now.ptr, (int)name_en.len, name_en.ptr),
            arena_printf(a, "买家当地%s %.*s（%.*s），且未来两天内没有对其所有可能所在地都合适的时间。", may_zh, (int)now.len, now.ptr,
                         (int)name_zh.len, name_zh.ptr) };
    struct text free_en = words_clock(a, until_ms, f->now_ms, z, false), free_zh = words_clock(a, until_ms, f->now_ms, z, true);
    return (struct reason){ r->word,
        arena_printf(a, "It %s %.*s where the buyer lives (%.*s, %.*s to %.*s). Wait until %.*s there.", may_en, (int)now.len, now.ptr,
                     (int)name_en.len, name_en.ptr, (int)from.len, from.ptr, (int)until.len, until.ptr, (int)free_en.len, free_en.ptr),
        arena_printf(a, "买家当地%s %.*s，属于%.*s（%.*s–%.*s），请等到当地%.*s 再联系。", may_zh, (int)now.len, now.ptr, (int)name_zh.len,
                     name_zh.ptr, (int)from.len, from.ptr, (int)until.len, until.ptr, (int)free_zh.len, free_zh.ptr) };
}

/* "sentence. Wait until 14:00." where there is such a minute. */
static struct reason say_wait(struct arena *a, const struct contact_facts *f, const struct reason *r, int64_t until_ms)
{
    if (until_ms == INSTANT_NONE) return *r;
    struct text en = words_clock(a, until_ms, f->now_ms, f->zones[0], false), zh = words_clock(a, until_ms, f->now_ms, f->zones[0], true);
    return (struct reason){ r->rule, arena_printf(a, "%.*s Wait until %.*s there.", (int)r->en.len, r->en.ptr, (int)en.len, en.ptr),
                            arena_printf(a, "%.*s请等到当地%.*s。", (int)r->zh.len, r->zh.ptr, (int)zh.len, zh.ptr) };
}

static struct reason say_silence(struct arena *a, const struct look *l, int64_t until_ms)
{
    const struct contact_facts *f = l->f;
    const struct zone *z = f->zones[0];
    struct text en = words_clock(a, l->silent_until_ms, f->now_ms, z, false), zh = words_clock(a, l->silent_until_ms, f->now_ms, z, true);
    const struct reason r = { "platform-silence",
        arena_printf(a, "An event begins: until %.*s the platform's data are expected to stand still, and nobody knows who has paid.", (int)en.len, en.ptr),
        arena_printf(a, "活动即将开始或刚刚开始：预计到%.*s 之前平台数据停更，无法知道谁已付款。", (int)zh.len, zh.ptr) };
    return until_ms == l->silent_until_ms ? r : say_wait(a, f, &r, until_ms);
}

static struct reason say_good(struct arena *a, const struct look *l, int64_t until_ms)
{
    const struct zone *z = l->f->zones[0];
    struct text now = words_minute(a, zone_minute(z, l->f->now_ms));
    const struct reason r = { "good-window", arena_printf(a, "It is %.*s where the buyer lives: not one of the hours in which buyers shop.", (int)now.len, now.ptr),
                              arena_printf(a, "买家当地是 %.*s，不是买家购物的时段。", (int)now.len, now.ptr) };
    return say_wait(a, l->f, &r, until_ms);
}

static struct reason say_cap(struct arena *a, const struct policy *p)
{
    return (struct reason){ "daily-cap",
        arena_printf(a, "This buyer was contacted %d times in the last 24 hours, which is the most allowed.", p->cap_per_day),
        arena_printf(a, "24 小时内已联系该买家 %d 次，达到上限。", p->cap_per_day) };
}

static struct reason say_gap(struct arena *a, const struct policy *p)
{
    struct text gap_en = words_duration(a, p->gap_min_s * MS_PER_S, false), gap_zh = words_duration(a, p->gap_min_s * MS_PER_S, true);
    return (struct reason){ "too-soon",
        arena_printf(a, "The last contact with this buyer was less than %.*s ago.", (int)gap_en.len, gap_en.ptr),
        arena_printf(a, "距上次联系该买家还不到 %.*s。", (int)gap_zh.len, gap_zh.ptr) };
}

struct reason contact_say(struct arena *a, const struct policy *p, const struct contact_facts *f, const struct contact_check *c)
{
    const struct contact_rule_row *row = contact_rule_row(c->rule);
    struct look l;
    look_at(p, f, &l);
    switch (c->rule) {
    case CONTACT_RULE_ALLOWED:
        return (struct reason){ "allowed", TEXT("Nothing speaks against contacting this buyer now."), TEXT("现在可以联系该买家。") };
    case CONTACT_RULE_OPTED_OUT:
        return (struct reason){ "opted-out", TEXT("The buyer asked not to be contacted."), TEXT("买家已要求不再联系。") };
    case CONTACT_RULE_COMPLAINED:
        return (struct reason){ "complained", TEXT("The buyer complained about being contacted: never again."), TEXT("买家曾投诉被打扰，永不再联系。") };
    case CONTACT_RULE_NO_CONSENT:
        return (struct reason){ "no-consent", TEXT("This is a commercial message, and no consent of the buyer to this channel is recorded."),
                                TEXT("这是商业性信息，而没有买家同意该渠道的记录。") };
    case CONTACT_RULE_DISPUTE:
        return (struct reason){ "dispute-open", TEXT("A dispute with this buyer is open: settle it first."), TEXT("与该买家的纠纷尚未了结，请先处理。") };
    case CONTACT_RULE_BAD_REVIEW:
        return (struct reason){ "bad-review", TEXT("This buyer left a bad review that nobody has answered: answer it first."), TEXT("该买家的差评还没有回复，请先处理。") };
    case CONTACT_RULE_STALE: return say_stale(a, p, f);
    case CONTACT_RULE_SILENCE: return say_silence(a, &l, c->until_ms);
    case CONTACT_RULE_NIGHT: case CONTACT_RULE_SMALL_HOURS: case CONTACT_RULE_QUIET: case CONTACT_RULE_COUNTRY_HOURS: case CONTACT_RULE_MEAL:
        return say_shut(a, &l, row, c->until_ms);
    case CONTACT_RULE_CAP: return say_cap(a, p);
    case CONTACT_RULE_GAP: return say_gap(a, p);
    case CONTACT_RULE_GOOD_WINDOW: return say_good(a, &l, c->until_ms);
    }
    return (struct reason){ row->word, row->what_en, row->what_zh };
}
