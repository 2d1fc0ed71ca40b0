/* The table of rules, and the check: the first rule that speaks decides. */
#include <assert.h>
#include "core/contact/contact_parts.h"

/* ---- does a rule speak ---- */

static bool opted_out(const struct look *l) { return l->f->opted_out; }
static bool complained(const struct look *l) { return l->f->complained; }
static bool no_consent(const struct look *l) { return l->f->message_class == MESSAGE_COMMERCIAL && l->f->consent != CONSENT_GIVEN; }
static bool dispute(const struct look *l) { return l->f->dispute_open; }
static bool bad_review(const struct look *l) { return l->f->bad_review_open; }
static bool stale(const struct look *l) { return l->f->feed_age_s > l->p->feed_stale_after_s; }
static bool silence(const struct look *l) { return l->f->now_ms >= l->silent_from_ms && l->f->now_ms < l->silent_until_ms; }
static bool night(const struct look *l) { return look_shut(l, CONTACT_RULE_NIGHT, NULL) != NULL; }
static bool small_hours(const struct look *l) { return look_shut(l, CONTACT_RULE_SMALL_HOURS, NULL) != NULL; }
static bool quiet(const struct look *l) { return look_shut(l, CONTACT_RULE_QUIET, NULL) != NULL; }
static bool country(const struct look *l) { return look_shut(l, CONTACT_RULE_COUNTRY_HOURS, NULL) != NULL; }
static bool cap(const struct look *l) { return l->cap_ms != l->f->now_ms; }
static bool gap(const struct look *l) { return l->gap_ms != l->f->now_ms; }
static bool meal(const struct look *l) { return look_shut(l, CONTACT_RULE_MEAL, NULL) != NULL; }
static bool good_window(const struct look *l) { return !look_in_good_window(l, l->f->now_ms); }
static bool always(const struct look *l) { return l->f->zone_count > 0; }

#define WORDS(literal) { literal, sizeof(literal) - 1 }
#define OURS_2026 "Zhanggui default, 2026-11"
#define SELLERS_2014 "Taobao sellers' practice, Double 11 of 2014"

/* Whether its until depends on what people do, so that nobody can tell it. */
enum until { UNTIL_TOLD, UNTIL_PEOPLE };
static const struct { struct contact_rule_row row; bool (*speaks)(const struct look *l); enum until until; } rules[CONTACT_RULE_COUNT] = {
    { { CONTACT_RULE_OPTED_OUT, "opted-out", CONTACT_NEVER,
        WORDS("A buyer who asked not to be contacted is left alone, in all of the merchant's stores and under every sender's name."),
        WORDS("买家要求不再联系的，本商家所有店铺、所有发送名称都不再联系。"),
        "PIPL art. 15 and 44 (2021), GDPR art. 21, RFC 8058 (2017); as of 2026-11" }, opted_out, UNTIL_TOLD },
    { { CONTACT_RULE_COMPLAINED, "complained", CONTACT_NEVER,
        WORDS("One complaint about being contacted ends it for good."), WORDS("被投诉一次骚扰，就永不再联系。"),
        OURS_2026 ", after the platforms' rules against harassing buyers" }, complained, UNTIL_TOLD },
    { { CONTACT_RULE_NO_CONSENT, "no-consent", CONTACT_NEVER,
        WORDS("A commercial message goes only to a buyer whose consent to this channel is recorded."),
        WORDS("商业性信息只发给已记录同意该渠道的买家。"),
        "Consumer Protection Law of the PRC art. 29 (2013), SMS service rules of MIIT art. 18 (2015), GDPR art. 6 and 7; as of 2026-11" }, no_consent, UNTIL_TOLD },
    { { CONTACT_RULE_DISPUTE, "dispute-open", CONTACT_HOLD,
        WORDS("While a dispute with this buyer is open nobody reminds them to pay."), WORDS("与买家的纠纷未了结之前不催付。"), OURS_2026 }, dispute, UNTIL_PEOPLE },
    { { CONTACT_RULE_BAD_REVIEW, "bad-review", CONTACT_HOLD,
        WORDS("While a bad review of this buyer is unanswered nobody reminds them to pay."), WORDS("买家的差评未回复之前不催付。"), OURS_2026 }, bad_review, UNTIL_PEOPLE },
    { { CONTACT_RULE_STALE, "stale-data", CONTACT_HOLD,
        WORDS("On old data nobody is contacted: the buyer may have paid since."), WORDS("数据过旧时不联系：买家可能已经付款。"), OURS_2026 }, stale, UNTIL_PEOPLE },
    { { CONTACT_RULE_SILENCE, "platform-silence", CONTACT_HOLD,
        WORDS("Around the begin of an event the platform's data stand still: nobody knows who has paid."),
        WORDS("活动开始前后平台数据停更，无法知道谁已付款，不联系。"), OURS_2026 ", 23:30 to 1:00 for an event that begins at midnight" }, silence, UNTIL_TOLD },
    { { CONTACT_RULE_NIGHT, "night", CONTACT_HOLD,
        WORDS("At night nobody is contacted, for anything; the night can be made longer and never shorter."),
        WORDS("深夜一律不联系；深夜时段只能加长，不能缩短。"), SELLERS_2014 }, night, UNTIL_TOLD },
    { { CONTACT_RULE_SMALL_HOURS, "small-hours", CONTACT_HOLD,
        WORDS("From midnight to the night's begin only chat, only while an event runs, only about a young order, only where the owner has switched it on."),
        WORDS("零点到深夜开始前：仅限聊天，仅限活动期间，仅限新下的订单，且须店主开启。"), SELLERS_2014 "; narrowed by Zhanggui, 2026-11" }, small_hours, UNTIL_TOLD },
    { { CONTACT_RULE_QUIET, "quiet-hours", CONTACT_HOLD,
        WORDS("In the shop's quiet hours nobody is contacted, by the buyer's own clock."), WORDS("免打扰时段内不联系，以买家当地时间为准。"), OURS_2026 }, quiet, UNTIL_TOLD },
    { { CONTACT_RULE_COUNTRY_HOURS, "country-hours", CONTACT_HOLD,
        WORDS("In hours in which the buyer's country forbids such messages none goes out."), WORDS("买家所在国家禁止发送此类信息的时段内不发送。"),
        "The law of the country; each with its source in the table of hours" }, country, UNTIL_TOLD },
    { { CONTACT_RULE_CAP, "daily-cap", CONTACT_HOLD,
        WORDS("A buyer is contacted so many times in 24 hours and not more, over all channels together."), WORDS("24 小时内联系同一买家不超过上限（各渠道合计）。"), OURS_2026 }, cap, UNTIL_TOLD },
    { { CONTACT_RULE_GAP, "too-soon", CONTACT_HOLD,
        WORDS("Between two contacts with a buyer there is a pause."), WORDS("两次联系同一买家之间须有间隔。"), OURS_2026 }, gap, UNTIL_TOLD },
    { { CONTACT_RULE_MEAL, "meal", CONTACT_HOLD,
        WORDS("No SMS and no e-mail at meals, by the buyer's own clock."), WORDS("用餐时间不发短信和邮件，以买家当地时间为准。"), SELLERS_2014 "; the hours are Zhanggui's, 2026-11" }, meal, UNTIL_TOLD },
    { { CONTACT_RULE_GOOD_WINDOW, "good-window", CONTACT_HOLD,
        WORDS("SMS and e-mail wait for the hours in which buyers shop, by the buyer's own clock."), WORDS("短信和邮件等到买家购物的时段再发，以买家当地时间为准。"), SELLERS_2014 }, good_window, UNTIL_TOLD },
    { { CONTACT_RULE_ALLOWED, "allowed", CONTACT_SEND,
        WORDS("Where no rule speaks against it the buyer may be contacted."), WORDS("没有规则反对时可以联系。"), OURS_2026 }, always, UNTIL_TOLD },
};

const struct contact_rule_row *contact_rule_row(enum contact_rule rule)
{
    for (int i = 0; i < CONTACT_RULE_COUNT; i++)
        if (rules[i].row.rule == rule) return &rules[i].row;
    return NULL;
}

const struct contact_rule_row *contact_rule_at(int i)
{
    assert(i >= 0 && i < CONTACT_RULE_COUNT);
    return &rules[i].row;
}

/* The first minute that all rules allow. */
static int64_t until_of(const struct look *l)
{
    if (l->cap_ms == INSTANT_NONE) return INSTANT_NONE;
    return look_open_from(l, l->cap_ms > l->gap_ms ? l->cap_ms : l->gap_ms);
}

struct contact_check contact_check(const struct policy *p, const struct contact_facts *f)
{
    struct look l;
    int i = 0;
    look_at(p, f, &l);
    while (!rules[i].speaks(&l)) i++; /* the last one always does */
    const struct contact_rule_row *r = &rules[i].row;
    switch (r->verdict) {
    case CONTACT_SEND: return (struct contact_check){ CONTACT_SEND, r->rule, f->now_ms };
    case CONTACT_NEVER: return (struct contact_check){ CONTACT_NEVER, r->rule, INSTANT_NONE };
    case CONTACT_HOLD: break;
    }
    return (struct contact_check){ CONTACT_HOLD, r->rule, rules[i].until == UNTIL_PEOPLE ? INSTANT_NONE : until_of(&l) };
}

struct contact_decision contact_decide(struct arena *a, const struct policy *p, const struct contact_facts *f)
{
    const struct contact_check c = contact_check(p, f);
    return (struct contact_decision){ c.verdict, c.until_ms, contact_say(a, p, f, &c) };
}
