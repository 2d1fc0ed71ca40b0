/* A profile in memory: how one kind of file is to be understood. As JSON:
 *
 *   {"name": "taobao-orders", "en": "..", "zh": "..", "platform": "taobao",
 *    "subject": "reviews",                     what its rows tell (core/record); absent: orders
 *    "zone": "Asia/Shanghai",                  times without an offset; absent: the store's zone
 *    "currency": "CNY",                        of all its amounts; a store of another currency refuses the file; absent: the store's
 *    "columns": {"订单编号": "order_no", "Email": ["buyer", "email"], "返点积分": ""},
 *                                              header -> field(s); "" is known and not used. Where several columns tell one field,
 *                                              the first in this order that is not empty counts
 *    "required": ["order_no", "placed_at"],    fields without which a file is not of this kind; absent: order_no
 *    "status": {"交易成功": "delivered"},        word -> unpaid paid shipped delivered closed deposit_paid none
 *    "ship_status": {"fulfilled": "shipped"},  likewise; counts only for orders that are paid
 *    "no_refund": ["无退款申请"],               words in a money column that mean nothing was refunded
 *    "open_reasons": ["订单未关闭"],             words in close_reason of an order that is not closed
 *    "deposit_words": ["交易状态等待买家付款"],  in stages: the balance is open
 *    "balance_words": ["尾款"],                in stages: the amount of the balance stands behind such a word
 *    "on_delivery": ["货到付款"],               in pay_method: paid on delivery (of orders that are not paid)
 *    "region": "as-is" | "province",           province: from region, else from the address; only known provinces
 *    "paid": "gross" | "net-of-refund",        net: the paid column has refunds taken off already
 *    "guarded": true,                          in CSV an apostrophe stands before text that begins like a formula (desk/sheet.h)
 *    "closed_paid_is_refunded": true,          a closed order that was paid and tells no refund was refunded wholly
 *    ..                                        and the rules of order_rules.h
 *   and of subjects other than orders, whose columns may also tell a part of the row ("PC端访客数": "visitors@pc" is the visitors
 *   of a record whose FIELD_IS_PART field is pc, beside the row's own):
 *    "summary": ["全店汇总值"],                 a row with such a cell sums others up: it is passed over
 *    "peers": {"同行同层均值": "average"}}      a row with such a cell tells of peers: mine, average or excellent
 *
 * Words are compared folded (header_fold, word_fold), so that spaces and full-width forms do not matter. */
#ifndef ZG_INTAKE_PROFILE_H
#define ZG_INTAKE_PROFILE_H
#include "base/arena.h"
#include "base/money.h"
#include "core/record/record.h"
#include "intake/field.h"
#include "intake/order_rules.h"

enum { PROFILE_COLUMNS_MAX = 512, PROFILE_FIELDS_PER_COLUMN = 3, PROFILE_WORDS_MAX = 256, PROFILE_NAME_BYTES = 64, PROFILE_INDEX = 2048,
       PROFILE_FIELDS_MAX = RECORD_FIELDS_MAX + 1 };
_Static_assert((int)FIELD_COUNT <= (int)PROFILE_FIELDS_MAX, "fields of every subject fit");

/* fields: enum field, or of another subject than orders its fields' numbers; part: 0, or which of the profile's parts + 1 */
struct profile_column { struct text folded; int fields[PROFILE_FIELDS_PER_COLUMN], parts[PROFILE_FIELDS_PER_COLUMN]; int field_count; };
struct status_word { struct text folded; enum order_status status; };
struct status_words { const struct status_word *words; int count; };
enum region_rule { REGION_AS_IS, REGION_PROVINCE };
struct peer_word { struct text folded, band; };
struct peer_words { const struct peer_word *words; int count; };

struct profile {
    struct text name, en, zh, platform, zone, json;
    struct currency currency;                /* "": any */
    enum subject subject;
    const struct profile_column *columns;
    int column_count;
    uint16_t *index;                         /* PROFILE_INDEX slots by hash of the folded header: column + 1, 0 for none */
    bool required[PROFILE_FIELDS_MAX];
    int required_count;
    struct text parts[RECORD_PARTS_MAX];      /* "pc" */
    int part_count;
    bool generic;                            /* made from the subject's fields: taken by itself only for a file of which it knows half the columns */
    struct word_list summary;
    struct peer_words peers;
    struct status_words status, ship_status;
    struct word_list no_refund, open_reasons, deposit_words, on_delivery;
    enum region_rule region;
    bool paid_is_net, closed_paid_is_refunded, guarded;
    struct word_list balance_words;
    struct order_rules rules;
};

/* The words of a field of the profile's subject. */
struct intake_field profile_field(const struct profile *p, int field);
/* Does a header with these fields lack what the subject needs beside `required`: a field that tells one record from another, and
 * one of those that mark the subject? */
bool profile_lacks_marks(const struct profile *p, const bool has[PROFILE_FIELDS_MAX]);
/* The generic profile of a subject: named like it, with the words and aliases of its fields as headers. JSON, in the arena. */
struct text profile_generic(struct arena *a, enum subject s);

/* A header without blanks at its ends, line breaks and repeated blanks; full-width brackets and colon as ASCII; ASCII letters small. */
struct text header_fold(struct arena *a, struct text header);
/* A word of a status column: without blanks, full-width comma as ASCII, ASCII letters small. At most cap bytes, in out. */
struct text word_fold(struct text word, char *out, size_t cap);
const struct profile_column *profile_column_find(const struct profile *p, struct text folded_header); /* NULL: unknown */
/* The status of a word, by the table; false when the table does not list it. */
bool status_find(const struct status_words *w, struct text word, enum order_status *ret);
bool word_list_has(const struct word_list *w, struct text word);       /* is one of them */
bool word_list_holds(const struct word_list *w, struct text folded);    /* likewise, folded already */
bool word_list_within(const struct word_list *w, struct text sentence); /* contains one of them */

/* Reads the JSON; texts in the arena. False and a sentence (en) when it is no profile. */
bool profile_parse(struct arena *a, struct text json, struct profile *ret, char *ret_error, size_t error_size);
#endif
