/* A record: a row of any subject but orders (products, stock, traffic, reviews ..), as its fields say.
 *
 * Read in this order: struct record_subject (a subject is a table of fields, as data: subjects_*.c), struct record_claim (one row
 * of a file says this), record_fold (claims -> record, whatever their order of arrival). A record is known by its key: the values
 * of the subject's key fields. Which of them are filled is its grain: traffic of a day, of an hour, of a source, of an item are
 * records of one subject side by side, and are never added up together.
 * Everything here is pure; the store keeps claims and folded cells, `verify` folds again in SQL. */
#ifndef ZG_CORE_RECORD_H
#define ZG_CORE_RECORD_H
#include "core/order/order.h"

/* Frozen: stored in the database and part of claim keys. */
enum subject {
    SUBJECT_ORDERS = 0, /* orders and their lines: core/order */
    SUBJECT_PRODUCTS = 1, SUBJECT_STOCK = 2, SUBJECT_TRAFFIC = 3, SUBJECT_REVIEWS = 4, SUBJECT_CUSTOMERS = 5, SUBJECT_PARCELS = 6,
    SUBJECT_STAFF = 7, SUBJECT_SHIFTS = 8, SUBJECT_CHATS = 9, SUBJECT_PEERS = 10, SUBJECT_LISTINGS = 11, SUBJECT_TASKS = 12,
    SUBJECT_SIGNUP_RULES = 13, SUBJECT_SIGNUPS = 14, SUBJECT_COUPONS = 15, SUBJECT_INTEREST = 16, SUBJECT_SEARCH_WORDS = 17,
    SUBJECT_PENALTIES = 18, SUBJECT_SUPPLIERS = 19 /* who delivers to the shop, or sells under its name */,
    SUBJECT_TALKS = 20 /* who of the shop spoke with which buyer, a chat each */,
};
enum { SUBJECT_COUNT = 21 };

/* What a value is, and how it is kept. */
enum record_kind {
    KIND_TEXT, KIND_CODE /* a number or code of a platform: never a figure */, KIND_STATUS /* the platform's own word */,
    KIND_PERSON /* text; personal data, kept apart */,
    KIND_TIME /* UTC ms */, KIND_DAY /* days since 1970-01-01 */, KIND_HOUR /* 0..23, local */, KIND_CLOCK /* minutes since midnight */,
    KIND_MONEY /* minor units of the store's currency */, KIND_COUNT, KIND_RATIO /* basis points */, KIND_DECIMAL /* thousandths */,
    KIND_SECONDS /* milliseconds */,
};
static inline bool kind_is_text(enum record_kind k) { return k <= KIND_PERSON; }
const char *record_kind_word(enum record_kind k); /* "ratio", for the page */

enum {
    FIELD_IS_KEY = 1,    /* part of the record's key */
    FIELD_IS_MUST = 2,   /* a file without it is of another kind, a row without it says nothing */
    FIELD_IS_MARK = 4,   /* a file has at least one of these */
    FIELD_IS_AHEAD = 8,  /* a plan or a promise: it does not date the file */
    FIELD_IS_WHEN = 16,  /* records are listed by it; a day takes the hour beside it along */
    FIELD_IS_MEAN = 64,  /* money: a mean, which may have more places than the currency; they are rounded off */
    FIELD_IS_PART = 32,  /* the value behind the @ of a profile's column ("visitors@pc") goes here */
};
struct record_field {
    const char *word, *en, *zh;
    enum record_kind kind;
    int flags;
    const char *aliases; /* header names met in the field, parted by '|'; beside word, en and zh */
};
struct record_subject {
    const char *word, *en, *zh;
    const struct record_field *fields; /* field number f stands at [f - 1]; numbers are frozen: fields are only appended */
    int field_count;
};
enum { RECORD_FIELDS_MAX = 96, RECORD_PARTS_MAX = 4 };
const struct record_subject *record_subject(enum subject s); /* not of SUBJECT_ORDERS */
const struct record_field *record_field(enum subject s, int field); /* 1-based */
bool subject_find(struct text word, enum subject *ret); /* also "orders" */
const char *subject_word(enum subject s);
struct text subject_text(enum subject s, bool zh);
int record_field_find(enum subject s, struct text word); /* 0: none */
int record_field_flagged(enum subject s, int flag); /* the first field with the flag; 0: none */

/* One value. text: texts only, never empty; number: the others. */
struct record_value { int field; int64_t number; struct text text; };

struct record_claim {
    struct claim_key key;
    enum subject subject;
    struct text record_key;   /* values of the key fields, in the order of their numbers, joined by RECORD_KEY_JOIN; a person as a keyed hash */
    int64_t grain;            /* bit f - 1 for each key field that is filled */
    int64_t as_of_ms;
    int64_t first_as_of_ms;   /* as in struct order_claim */
    int16_t rank;             /* enum source_rank */
    int64_t at_ms;            /* when what it tells was so, by the FIELD_IS_WHEN; CLAIM_NONE when not told */
    const struct record_value *values; /* in the order of their fields */
    int value_count;
};
#define RECORD_KEY_JOIN "\x1f"
enum { RECORD_KEY_BYTES = 512 }; /* a longer one is refused */

/* A cell of a folded record. claim: which of the claims told it. disputed: another standing claim of the same as_of and rank
 * tells another value, so that only the order of keys decided. */
struct record_cell { int field; int64_t number; struct text text; size_t claim; bool disputed; };
struct record {
    int64_t at_ms;            /* of the greatest claim that tells one, else as_of_ms */
    int64_t as_of_ms;         /* the latest */
    int64_t disputed;         /* cells that are */
    struct record_cell cells[RECORD_FIELDS_MAX]; /* in the order of their fields */
    int cell_count;
};
/* Folds n >= 1 claims of one record into *ret. Independent of their order: each field has the value of the claim with the greatest
 * (as_of_ms, rank, key) that tells it. Texts point into the claims. */
void record_fold(const struct record_claim *claims, size_t n, struct record *ret);
bool record_cell_same(const struct record_cell *a, const struct record_cell *b); /* field, value and whether disputed */
/* > 0 when a wins over b. */
int record_claim_compare(const struct record_claim *a, const struct record_claim *b);
#endif
