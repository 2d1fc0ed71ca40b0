/* What a profile says about the orders in its files beyond which column tells what. As JSON, parts of a profile, each absent where it
 * does not apply:
 *
 *   "added": ["line_extra"],        fields whose columns are added up, not the first that is not empty; money
 *   "taken_off": ["discount"],      of these, columns that count against it, whichever sign they bear
 *   "joined": ["address", "name"],  fields whose columns are one text, a blank between them
 *   "set": {"line_pieces": "1"},    what a field says where no column says anything
 *   "whole": ["buyer"],             fields in which "17850.0" is 17850, as spreadsheets and data frames write numbers
 *   "nobody": ["0"],                words of a buyer's column that name nobody
 *   "sums": ["total", "refund", "pieces"],  figures of the order that only its lines tell: their sum, where no claim tells one
 *   "row_total": "line",            in a row with a line the order's total and pieces are the line's own; what the total is beyond
 *                                   the line's amount is postage and tax (line_extra). A row without a line tells the order's
 *   "decimal": "comma" | "either",  the mark before the minor units; absent: a point
 *   "ended": ["订单结束"],            words of the status column for an order that is over, one way or the other: delivered where the row
 *                                   tells a shipping or delivery time or a tracking number, else closed
 *   "return_prefix": "C",           an order number that begins so and goes on with a digit is a return's: its time is the refund's, its
 *                                   quantities came back, its lines are refunds; it is no order and no sale
 *   "cut": {"tracking": ":"},       a field's value is what stands behind the first such mark (one ASCII character), where it has one,
 *                                   up to the end of its line
 *   "junk": ["record(s) downloaded"],  a row in whose first two cells this stands is none
 *   "ask_zone": true,               the file does not tell its zone: the profile's is a proposal, and a zone that was asked is right
 *   "items": {"start": "【#】", "open": "(", "close": ")", "parts": {"商家编码": "sku_code", "产品数量": "line_pieces"}}
 *                                   how the items column lists several lines: each begins with start (# a number) and its title; parts
 *                                   in brackets follow, a name, a colon and the value */
#ifndef ZG_INTAKE_ORDER_RULES_H
#define ZG_INTAKE_ORDER_RULES_H
#include <jansson.h>
#include "base/money.h"
#include "intake/field.h"

struct word_list { const struct text *words; int count; };

enum { ITEM_PARTS_MAX = 16 };
struct item_part { struct text name; enum field field; /* FIELD_NONE: known, not used */ };
struct items_rule {
    struct text before_no, behind_no;  /* "【" and "】": what stands around an item's number; before_no empty: no such rule */
    struct text open, close;
    struct item_part parts[ITEM_PARTS_MAX];
    int part_count;
};

struct order_rules {
    bool added[FIELD_COUNT], joined[FIELD_COUNT], whole[FIELD_COUNT];
    struct text set[FIELD_COUNT], cut[FIELD_COUNT];
    struct word_list taken_off;        /* folded headers */
    struct word_list nobody, junk, ended;
    int sums;                          /* enum line_sum bits */
    bool row_total_is_line, ask_zone;
    enum money_decimal decimal;
    struct text return_prefix;
    struct items_rule items;
};

enum rule_read { RULE_READ, RULE_BAD /* *ret_what says why */, RULE_UNKNOWN /* a profile has no such part */ };
/* Reads one part of a profile; texts in the arena. */
enum rule_read order_rule_parse(struct arena *a, const char *key, json_t *j, struct order_rules *rules, const char **ret_what);

bool order_has_rules(const struct order_rules *rules); /* that look at single values: set, cut, whole, nobody */
/* Is the number a return's, by the rule? */
bool order_is_return(const struct order_rules *rules, struct text order_no);
#endif
