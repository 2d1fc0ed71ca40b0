/* What readers share: a row of table orders as a struct order, and room for rows. Only files of this folder include this. */
#ifndef ZG_STORE_QUERY_ROW_H
#define ZG_STORE_QUERY_ROW_H
#include "core/fulfil/pick.h"
#include "store/query_store.h"

/* The statement has the columns order_id, order_no and all of struct order; it is stepped to its end and done. */
bool query_each_order(struct db_stmt *q, order_row_each *each, void *ctx);
/* Room for one more element of an array in an arena; false when refused. */
bool query_room(struct arena *a, void **rows, int64_t n, int64_t *capacity, size_t size);
#endif
