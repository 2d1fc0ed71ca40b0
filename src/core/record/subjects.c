/* The subjects by number; their fields stand in subjects_goods.c, subjects_figures.c, subjects_people.c and subjects_campaign.c. */
#include <assert.h>
#include "core/record/subjects.h"

static const struct record_subject *const subjects[SUBJECT_COUNT] = {
    [SUBJECT_PRODUCTS] = &subject_products, [SUBJECT_STOCK] = &subject_stock, [SUBJECT_TRAFFIC] = &subject_traffic,
    [SUBJECT_REVIEWS] = &subject_reviews, [SUBJECT_CUSTOMERS] = &subject_customers, [SUBJECT_PARCELS] = &subject_parcels,
    [SUBJECT_STAFF] = &subject_staff, [SUBJECT_SHIFTS] = &subject_shifts, [SUBJECT_CHATS] = &subject_chats, [SUBJECT_PEERS] = &subject_peers,
    [SUBJECT_LISTINGS] = &subject_listings, [SUBJECT_TASKS] = &subject_tasks, [SUBJECT_SIGNUP_RULES] = &subject_signup_rules,
    [SUBJECT_SIGNUPS] = &subject_signups, [SUBJECT_COUPONS] = &subject_coupons, [SUBJECT_INTEREST] = &subject_interest,
    [SUBJECT_SEARCH_WORDS] = &subject_search_words, [SUBJECT_PENALTIES] = &subject_penalties, [SUBJECT_SUPPLIERS] = &subject_suppliers,
    [SUBJECT_TALKS] = &subject_talks,
};

const struct record_subject *record_subject(enum subject s)
{
    assert(s > SUBJECT_ORDERS && (int)s < SUBJECT_COUNT);
    return subjects[s];
}

const struct record_field *record_field(enum subject s, int field)
{
    const struct record_subject *r = record_subject(s);
    assert(field > 0 && field <= r->field_count);
    return &r->fields[field - 1];
}

const char *subject_word(enum subject s) { return s == SUBJECT_ORDERS ? "orders" : record_subject(s)->word; }

struct text subject_text(enum subject s, bool zh)
{
    if (s == SUBJECT_ORDERS) return zh ? TEXT("订单") : TEXT("Orders");
    return text_from_cstr(zh ? record_subject(s)->zh : record_subject(s)->en);
}

bool subject_find(struct text word, enum subject *ret)
{
    for (int s = 0; s < SUBJECT_COUNT; s++) {
        if (!text_is(word, subject_word((enum subject)s))) continue;
        *ret = (enum subject)s;
        return true;
    }
    return false;
}

int record_field_find(enum subject s, struct text word)
{
    const struct record_subject *r = record_subject(s);
    for (int f = 1; f <= r->field_count; f++)
        if (text_is(word, r->fields[f - 1].word)) return f;
    return 0;
}

int record_field_flagged(enum subject s, int flag)
{
    const struct record_subject *r = record_subject(s);
    for (int f = 1; f <= r->field_count; f++)
        if (r->fields[f - 1].flags & flag) return f;
    return 0;
}

const char *record_kind_word(enum record_kind k)
{
    switch (k) {
    case KIND_TEXT: return "text";
    case KIND_CODE: return "code";
    case KIND_STATUS: return "status";
    case KIND_PERSON: return "person";
    case KIND_TIME: return "time";
    case KIND_DAY: return "day";
    case KIND_HOUR: return "hour";
    case KIND_CLOCK: return "clock";
    case KIND_MONEY: return "money";
    case KIND_COUNT: return "count";
    case KIND_RATIO: return "ratio";
    case KIND_DECIMAL: return "decimal";
    case KIND_SECONDS: return "seconds";
    }
    return "";
}
