/* The tables behind record_subject; nobody else includes it. A field's number is its place: append only. */
#ifndef ZG_CORE_SUBJECTS_H
#define ZG_CORE_SUBJECTS_H
#include "core/record/record.h"

extern const struct record_subject subject_products, subject_stock, subject_listings, subject_interest, subject_suppliers;          /* subjects_goods.c */
extern const struct record_subject subject_traffic, subject_peers, subject_search_words;                         /* subjects_figures.c */
extern const struct record_subject subject_reviews, subject_customers, subject_parcels, subject_staff, subject_shifts, subject_chats, subject_talks; /* subjects_people.c */
extern const struct record_subject subject_tasks, subject_signup_rules, subject_signups, subject_coupons, subject_penalties;         /* subjects_campaign.c */

#define KEY FIELD_IS_KEY
#define MUST FIELD_IS_MUST
#define MARK FIELD_IS_MARK
#define AHEAD FIELD_IS_AHEAD
#define WHEN FIELD_IS_WHEN
#define PART FIELD_IS_PART
#define MEAN FIELD_IS_MEAN
#define SUBJECT(name, word, en, zh) \
    _Static_assert(sizeof name##_fields / sizeof name##_fields[0] <= RECORD_FIELDS_MAX, "fields fit"); \
    const struct record_subject subject_##name = { word, en, zh, name##_fields, (int)(sizeof name##_fields / sizeof name##_fields[0]) }
#endif
