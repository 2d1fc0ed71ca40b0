/* A profile in memory: how one kind of file is to be understood. As JSON:
 *
 *   {"name": "taobao-orders", "en": "..", "zh": "..", "platform": "taobao",
 *    "zone": "Asia/Shanghai",                  times without an offset; absent: the store's zone
 *    "columns": {"订单编号": "order_no", "Email": ["buyer", "email"], "返点积分": ""},
 *                                              header -> field(s); "" is known and not used. Where several columns tell one field,
 *                                              the first in this order that is not empty counts
 *    "required": ["order_no", "placed_at"],    fields without which a file is not of this kind; absent: order_no
 *    "status": {"交易成功": "delivered"},        word -> unpaid paid shipped delivered closed deposit_paid none
 *    "ship_status": {"fulfilled": "shipped"},  likewise; counts only for orders that are paid
 *    "no_refund": ["无退款申请"],               words in a money column that mean nothing was refunded
 *    "open_reasons": ["订单未关闭"],             words in close_reason of an order that is not closed
 *    "deposit_words": ["交易状态等待买家付款"],  in stages: the balance is open
 *    "on_delivery": ["货到付款"],               in pay_method: paid on delivery (of orders that are not paid)
 *    "region": "as-is" | "province",           province: from region, else from the address; only known provinces
 *    "paid": "gross" | "net-of-refund",        net: the paid column has refunds taken off already
 *    "guarded": true,                          in CSV an apostrophe stands before text that begins like a formula (desk/sheet.h)
 *    "closed_paid_is_refunded": true}          a closed order that was paid and tells no refund was refunded wholly
 *
 * Words are compared folded (header_fold, word_fold), so that spaces and full-width forms do not matter. */
#ifndef ZG_INTAKE_PROFILE_H
#define ZG_INTAKE_PROFILE_H
#include "base/arena.h"
#include "core/order/order.h"
#include "intake/field.h"

enum { PROFILE_COLUMNS_MAX = 256, PROFILE_FIELDS_PER_COLUMN = 3, PROFILE_WORDS_MAX = 256, PROFILE_NAME_BYTES = 64, PROFILE_INDEX = 1024 };

struct profile_column { struct text folded; enum field fields[PROFILE_FIELDS_PER_COLUMN]; int field_count; };
struct status_word { struct text folded; enum order_status status; };
struct status_words { const struct status_word *words; int count; };
struct word_list { const struct text *words; int count; };
enum region_rule { REGION_AS_IS, REGION_PROVINCE };

struct profile {
    struct text name, en, zh, platform, zone, json;
    const struct profile_column *columns;
    int column_count;
    uint16_t *index;                         /* PROFILE_INDEX slots by hash of the folded header: column + 1, 0 for none */
    bool required[FIELD_COUNT];
    int required_count;
    struct status_words status, ship_status;
    struct word_list no_refund, open_reasons, deposit_words, on_delivery;
    enum region_rule region;
    bool paid_is_net, closed_paid_is_refunded, guarded;
};

/* A header without blanks at its ends, line breaks and repeated blanks; full-width brackets and colon as ASCII; ASCII letters small. */
struct text header_fold(struct arena *a, struct text header);
/* A word of a status column: without blanks, full-width comma as ASCII, ASCII letters small. At most cap bytes, in out. */
struct text word_fold(struct text word, char *out, size_t cap);
const struct profile_column *profile_column_find(const struct profile *p, struct text folded_header); /* NULL: unknown */
/* The status of a word, by the table; false when the table does not list it. */
bool status_find(const struct status_words *w, struct text word, enum order_status *ret);
bool word_list_has(const struct word_list *w, struct text word);       /* is one of them */
bool word_list_within(const struct word_list *w, struct text sentence); /* contains one of them */

/* Reads the JSON; texts in the arena. False and a sentence (en) when it is no profile. */
bool profile_parse(struct arena *a, struct text json, struct profile *ret, char *ret_error, size_t error_size);
#endif
