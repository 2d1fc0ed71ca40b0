/* verify finds what is wrong, and only that: a sound store has no finding; one changed cell, lost row or extra row of any table
 * that is kept has. Built a second time with a reducer that forgets one counter, it must find that too ("drop").
 *
 * usage: verify_test [drop] */
#include <stdio.h>
#include <stdlib.h>
#include "made_rows.h"
#include "os/os.h"
#include "store/sqlite.h"
#include "store/store.h"
#include "store/verify.h"

static const char *const harms[] = {
    "UPDATE orders SET total_minor = COALESCE(total_minor, 0) + 1 WHERE order_id = (SELECT MIN(order_id) FROM orders)",
    "UPDATE orders SET paid_at_ms = 1700000000001 WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE orders SET cancelled_at_ms = 1700000000001 WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE orders SET shipped_at_ms = 1700000000001 WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE orders SET refunded_at_ms = 1700000000001 WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE orders SET pick_until_ms = 1700000000001 WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE orders SET exact = exact + 1 WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE orders SET region = 'Elsewhere' WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE orders SET customer_id = 999 WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "DELETE FROM orders WHERE order_id = (SELECT MAX(order_id) FROM orders)",
    "UPDATE event SET as_of_ms = as_of_ms + 1 WHERE order_id = (SELECT MIN(order_id) FROM event)",
    "UPDATE event SET first_as_of_ms = first_as_of_ms - 1 WHERE order_id = (SELECT MIN(order_id) FROM event)",
    "UPDATE assertion SET first_as_of_ms = first_as_of_ms - 1",
    "UPDATE event SET total_minor = 987654321, as_of_ms = as_of_ms + 0 WHERE order_id = (SELECT MIN(order_id) FROM event)",
    "DELETE FROM event WHERE order_id = (SELECT MAX(order_id) FROM event)",
    "DELETE FROM assertion",
    "UPDATE event SET fed_as_of_ms = as_of_ms + 1, fed_first_ms = first_as_of_ms WHERE order_id = (SELECT MIN(order_id) FROM event)",
    "UPDATE event SET fed_as_of_ms = as_of_ms, fed_first_ms = first_as_of_ms - 1 WHERE order_id = (SELECT MIN(order_id) FROM event)",
    "UPDATE assertion SET order_to = order_to + 1000000",
    "UPDATE import SET state = 4",
    "DELETE FROM order_key WHERE order_id = (SELECT MIN(order_id) FROM order_key)",
    "UPDATE order_key SET order_no = 'x' WHERE order_id = (SELECT MIN(order_id) FROM order_key)",
    "UPDATE person SET order_id = 999 WHERE order_id = (SELECT MIN(order_id) FROM person)",
    "UPDATE event_line SET pieces = COALESCE(pieces, 0) + 100",
    "UPDATE event_line SET order_id = 999 WHERE order_id = (SELECT MIN(order_id) FROM event_line)",
    "UPDATE event_line SET sums = 7 - sums",
    "UPDATE order_line SET extra_minor = COALESCE(extra_minor, 0) + 1",
    "UPDATE event_payment SET minor = minor + 1",
    "UPDATE event_payment SET order_id = 999 WHERE order_id = (SELECT MIN(order_id) FROM event_payment)",
    "UPDATE orders SET balance_minor = COALESCE(balance_minor, 0) + 1",
    "UPDATE order_line SET refund_minor = COALESCE(refund_minor, 0) + 1",
    "DELETE FROM order_line WHERE order_id = (SELECT MIN(order_id) FROM order_line)",
    "UPDATE customer_order SET order_id = order_id + 1000 WHERE customer_id = (SELECT MIN(customer_id) FROM customer)",
    "DELETE FROM customer_order WHERE customer_id = (SELECT MAX(customer_id) FROM customer)",
    "DELETE FROM customer WHERE customer_id = (SELECT MIN(customer_id) FROM customer)",
    "UPDATE product SET title = 'another' WHERE product_id = (SELECT MIN(product_id) FROM product)",
    "UPDATE product SET told_as_of_ms = told_as_of_ms + 1 WHERE LENGTH(told_key) > 0",
    "UPDATE product SET told_key = x'' WHERE LENGTH(told_key) > 0",
    "UPDATE product SET title = 'another' WHERE product_id = (SELECT MIN(product_id) FROM product WHERE LENGTH(told_key) = 0)",
    "INSERT INTO product VALUES (1, 1, 7, 7777, NULL, NULL, 'nobody names it', 0, 0, x'')",
    "UPDATE counter_hour SET orders = orders + 1 WHERE hour_start_ms = (SELECT MIN(hour_start_ms) FROM counter_hour)",
    "UPDATE counter_hour SET kept_minor = kept_minor + 1 WHERE hour_start_ms = (SELECT MIN(hour_start_ms) FROM counter_hour)",
    "UPDATE counter_hour SET hour_start_ms = hour_start_ms + 1",
    "INSERT INTO counter_hour VALUES (1, 1, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0)",
    "UPDATE counter_product_day SET paid_minor = paid_minor + 1",
    "DELETE FROM counter_product_day",
    "UPDATE counter_product_day SET reserved = reserved + 1",
    "INSERT INTO counter_product_day VALUES (1, 1, 0, 999, 0, 0, 0, 0, 1)",
    "INSERT INTO counter_product_day VALUES (1, 1, 0, 999, 0, 0, 0, 0, 0)",
    "INSERT INTO audit (merchant_id, seq, at_ms, user_id, verb, subject, digest, hash) VALUES (1, 1, 0, 0, 'made', 'up', x'00', x'00')",
};

static void fail(struct store *s, const char *what)
{
    fprintf(stderr, "verify_test: %s: %s\n", what, s ? db_error_message(s->db) : "");
    exit(1);
}

static void run(struct store *s, const char *sql)
{
    if (!sqlite_run(s->db, sql)) fail(s, sql);
}

static int64_t disagreements(struct store *s, bool tell)
{
    static struct verify_report r;
    if (!store_verify(s, &r, NULL, NULL)) fail(s, "verify");
    for (int i = 0; tell && i < r.finding_count && i < 5; i++)
        fprintf(stderr, "  %s %s %s: expected %s, found %s\n", r.findings[i].table, r.findings[i].key, r.findings[i].column,
                r.findings[i].expected, r.findings[i].found);
    return r.disagreements;
}

static void fill(struct store *s, const struct env *env)
{
    static struct pool pool;
    struct shop shop;
    struct apply_tally tally = { 0 };
    const struct shop_new n = { .key = TEXT("t"), .name = TEXT("t"), .platform = TEXT("shopify"), .currency = TEXT("USD"),
                                .zone = TEXT("America/New_York"), .country = TEXT("US") };
    if (!db_begin(s->db) || shop_create(s, &n, &shop) != SHOP_OK) fail(s, "shop");
    run(s, "INSERT INTO import (merchant_id, import_id, store_id, state, user_id, started_at_ms) VALUES (1, 1, 1, 2, 0, 0)");
    pool_make(&pool, 33, &env->memory);
    struct apply_session *a = apply_session_create(s, &shop, 1);
    for (int i = 0; i < POOL_ROWS; i++) pool.rows[i].as_of_ms = MADE_AT + i;
    if (!a || !apply_claims(a, pool.rows, POOL_ROWS, &tally) || !apply_flush(a) || !db_commit(s->db)) fail(s, "apply");
    apply_session_free(a);
    pool_release(&pool);
}

int main(int argc, char **argv)
{
    struct env env;
    struct store s;
    char message[256];
    int missed = 0;
    const bool drop = argc > 1 && strcmp(argv[1], "drop") == 0;
    if (!os_env_init(&env) || !store_open(&s, &env, ":memory:", DB_WRITE, NULL, message, sizeof message)) fail(NULL, "open");
    fill(&s, &env);
    const int64_t at_rest = disagreements(&s, !drop);
    if (drop) {
        printf("a reducer that forgets a counter: %lld disagreements found\n", (long long)at_rest);
        store_close(&s);
        os_env_release(&env);
        return at_rest > 0 ? 0 : 1;
    }
    if (at_rest != 0) fail(NULL, "a sound store has findings");
    for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++) {
        run(&s, "BEGIN");
        run(&s, harms[i]);
        if (disagreements(&s, false) == 0) {
            fprintf(stderr, "not found: %s\n", harms[i]);
            missed++;
        }
        run(&s, "ROLLBACK");
    }
    if (disagreements(&s, true) != 0) fail(NULL, "the store was not as before");
    store_close(&s);
    os_env_release(&env);
    printf("%zu harms, %d not found\n", sizeof harms / sizeof harms[0], missed);
    return missed == 0 ? 0 : 1;
}
