/* Several lines of an order in one cell, as AliExpress writes them:
 *   "【1】A cup (red)\n(产品属性:Color:Red、Size:M)\n(商家编码:CUP-1)\n(产品数量:2 piece)\n【2】.."
 * What stands around an item's number and which parts follow its title is the profile's (order_rules.h, items). */
#ifndef ZG_INTAKE_ITEMS_H
#define ZG_INTAKE_ITEMS_H
#include "intake/order_rules.h"

struct item { struct text of[FIELD_COUNT]; /* fields of a line; slices of the cell */ };
/* In the order of the cell; a cell without any start is one item with the cell as its title. False when memory ran out. */
bool items_split(struct arena *a, const struct items_rule *rule, struct text cell, struct item **ret, int *ret_count);
#endif
