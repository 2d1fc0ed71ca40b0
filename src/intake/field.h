/* What a column of a file may tell: the targets of every profile's map. */
#ifndef ZG_INTAKE_FIELD_H
#define ZG_INTAKE_FIELD_H
#include "base/text.h"
#include "intake/intake.h"

/* Frozen: the numbers go into claim keys. */
enum field {
    FIELD_NONE = 0, FIELD_ORDER_NO = 1, FIELD_PLACED_AT = 2, FIELD_PAID_AT = 3, FIELD_CANCELLED_AT = 4, FIELD_SHIPPED_AT = 5,
    FIELD_DELIVERED_AT = 6, FIELD_REFUNDED_AT = 7, FIELD_SHIP_BY = 8, FIELD_TOTAL = 9, FIELD_PAID = 10, FIELD_REFUND = 11,
    FIELD_PIECES = 12, FIELD_STATUS = 13, FIELD_SHIP_STATUS = 14, FIELD_CLOSE_REASON = 15, FIELD_STAGES = 16, FIELD_PAY_METHOD = 17,
    FIELD_TRACKING = 18, FIELD_REGION = 19, FIELD_COUNTRY = 20, FIELD_ADDRESS = 21, FIELD_BUYER = 22, FIELD_NAME = 23, FIELD_PHONE = 24,
    FIELD_EMAIL = 25, FIELD_BUYER_NOTE = 26, FIELD_SELLER_NOTE = 27, FIELD_STORE_NAME = 28, FIELD_CURRENCY = 29, FIELD_SUB_NO = 30,
    FIELD_PRODUCT_NO = 31, FIELD_SKU_CODE = 32, FIELD_TITLE = 33, FIELD_OPTIONS = 34, FIELD_LINE_PIECES = 35, FIELD_UNIT = 36,
    FIELD_LINE_TOTAL = 37, FIELD_LINE_REFUND = 38, FIELD_UPDATED_AT = 39 /* dates the file */, FIELD_ORDER_TITLE = 40, FIELD_LINE_EXTRA = 41,
    FIELD_ITEMS = 42 /* several lines in one cell */, FIELD_PAYMENT_NO = 43, FIELD_PAYMENT = 44,
};
enum { FIELD_COUNT = 45 };

static inline const struct intake_field *field_about(enum field f) { return &intake_fields[(int)f - 1]; }
enum field field_find(struct text word); /* FIELD_NONE when there is none of that name */
static inline bool field_is_line(enum field f) { return (f >= FIELD_SUB_NO && f <= FIELD_LINE_REFUND) || f == FIELD_LINE_EXTRA || f == FIELD_ITEMS; }
/* Fields in which a spreadsheet's leading apostrophe is never content. */
bool field_is_code(enum field f);
#endif
