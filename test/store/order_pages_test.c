/* Orders of one instant (a presale's midnight, a file that tells days only) in pages: a page begins where the last one ended, so that all of them together
 * cost as much an order as few do. The cost is the engine's own count of its steps, which no other program on the machine changes. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desk/answer.h"
#include "store/outbox_store.h"
#include "take_in.h"
#include "memory_shop.h"

enum { FEW = 600, MANY = 4800, PAGE = 50 };
#define MIDNIGHT INT64_C(1582300800000) /* 2020-02-22 00:00 in China */

static int64_t steps; /* of lists of orders that ended; the age of the data, which each answer tells too, is not of the list */

static int count_steps(unsigned what, void *ctx, void *stmt, void *took)
{
    (void)what, (void)ctx, (void)took;
    if (strstr(sqlite3_sql(stmt), "(placed_at_ms, order_id)") || strstr(sqlite3_sql(stmt), "ORDER BY placed_at_ms"))
        steps += sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 1);
    return 0;
}

static int watch(sqlite3 *db, const char **ret_message, const struct sqlite3_api_routines *api)
{
    (void)ret_message, (void)api;
    return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, count_steps, NULL);
}

static int64_t clock_then(void *ctx)
{
    (void)ctx;
    return MIDNIGHT + MS_PER_HOUR;
}

static void begin(void)
{
    cr_assert_eq(sqlite3_auto_extension((void (*)(void))watch), SQLITE_OK);
    memory_shop_open_at(clock_then);
    sqlite3_reset_auto_extension();
}

TestSuite(order_pages, .init = begin, .fini = memory_shop_close, .timeout = 60);

/* Unpaid orders from..to, all of the same instant; payments, which an index may hold first, would not be in the order of the orders */
static void place(int from, int to)
{
    static struct order_claim claims[MANY];
    static char numbers[MANY][16];
    for (int i = from; i < to; i++) {
        (void)snprintf(numbers[i], sizeof numbers[i], "%d", 100000 + i);
        claims[i] = (struct order_claim){ .order_no = text_from_cstr(numbers[i]), .as_of_ms = MIDNIGHT + MS_PER_HOUR, .rank = SOURCE_FILE,
            .placed_at_ms = MIDNIGHT, .paid_at_ms = i % 3 ? MIDNIGHT + (i * 7919 % 600) * 1000 : CLAIM_NONE, .cancelled_at_ms = CLAIM_NONE,
            .shipped_at_ms = CLAIM_NONE, .delivered_at_ms = CLAIM_NONE, .refunded_at_ms = CLAIM_NONE, .ship_by_ms = CLAIM_NONE, .total_minor = 100,
            .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .pieces = 1, .customer_id = CLAIM_NONE };
        memcpy(claims[i].key.bytes, &i, sizeof i);
    }
    take_in(&s, &shop, &claims[from], (size_t)(to - from));
}

/* Pages through all; each must be told once. Gives the engine's steps an order. */
static double cost_of_list(int orders, int64_t from_ms, int64_t to_ms)
{
    static bool seen[MANY];
    struct policy p = policy_defaults();
    const struct answer_ask q = { &s, &shop, &p, MIDNIGHT + MS_PER_HOUR, ANSWER_ALL };
    char after[64] = "";
    int n = 0;
    memset(seen, 0, sizeof seen);
    steps = 0;
    for (bool more = true; more;) {
        enum answer_error error;
        const struct orders_ask o = { TEXT_NONE, TEXT_NONE, from_ms, to_ms, text_from_cstr(after), PAGE };
        json_t *j = answer_orders_cli(&q, &o, &error);
        cr_assert(j, "%s", db_error_message(s.db));
        const json_t *rows = json_object_get(j, "orders");
        for (size_t i = 0; i < json_array_size(rows); i++, n++) {
            const int k = atoi(json_string_value(json_object_get(json_array_get(rows, i), "order"))) - 100000;
            cr_assert(k >= 0 && k < orders && !seen[k], "order %d, which is there once", k);
            seen[k] = true;
        }
        const char *next = json_string_value(json_object_get(j, "next"));
        more = next != NULL;
        (void)snprintf(after, sizeof after, "%s", next ? next : "");
        json_decref(j);
    }
    cr_assert_eq(n, orders);
    return (double)steps / orders;
}

static double cost_of_catching_up(int orders)
{
    struct outbox_cursor cursor = { 0 };
    steps = 0;
    cr_assert(db_begin(s.db));
    for (int turns = 0; !cursor.through; turns++)
        cr_assert(turns <= orders && outbox_catch_up(&s, &shop, PAGE, &cursor), "%s", db_error_message(s.db));
    db_rollback(s.db);
    return (double)steps / orders;
}

Test(order_pages, of_one_instant_cost_the_same_an_order)
{
    place(0, FEW);
    const double few = cost_of_list(FEW, INSTANT_NONE, INSTANT_NONE), some = cost_of_list(FEW, MIDNIGHT, MIDNIGHT + 1), caught = cost_of_catching_up(FEW);
    place(FEW, MANY);
    const double many = cost_of_list(MANY, INSTANT_NONE, INSTANT_NONE);
    cr_expect_lt(many, few * 1.25, "%.0f steps an order of %d, %.0f of %d", few, FEW, many, MANY);
    const double of_period = cost_of_list(MANY, MIDNIGHT, MIDNIGHT + 1);
    cr_expect_lt(of_period, some * 1.25, "%.0f steps an order of %d in a period, %.0f of %d", some, FEW, of_period, MANY);
    const double caught_many = cost_of_catching_up(MANY);
    cr_expect_lt(caught_many, caught * 1.25, "%.0f steps an order of %d unpaid, %.0f of %d", caught, FEW, caught_many, MANY);
}

Test(order_pages, end_where_the_period_does)
{
    place(0, FEW);
    struct policy p = policy_defaults();
    const struct answer_ask q = { &s, &shop, &p, MIDNIGHT + MS_PER_HOUR, ANSWER_ALL };
    enum answer_error error;
    const struct orders_ask before = { TEXT_NONE, TEXT_NONE, INSTANT_NONE, MIDNIGHT, TEXT_NONE, PAGE }, after = { TEXT_NONE, TEXT_NONE, MIDNIGHT + 1, INSTANT_NONE, TEXT_NONE, PAGE };
    const struct orders_ask *const none[] = { &before, &after };
    for (int i = 0; i < 2; i++) {
        json_t *j = answer_orders_cli(&q, none[i], &error);
        cr_assert(j, "%s", db_error_message(s.db));
        cr_expect_eq(json_array_size(json_object_get(j, "orders")), 0);
        json_decref(j);
    }
}
