/* A dump of a store by natural keys: two stores that saw the same are equal in it, whatever numbers they gave out. */
#ifndef ZG_TEST_DUMP_H
#define ZG_TEST_DUMP_H
#include <stdio.h>
#include <stdlib.h>
#include "store/sqlite.h"
#include "store/store.h"

/* Names by their numbers, by which the schema needs no index; of the one merchant that a store of a test has. */
static const char dump_names[] =
    "CREATE TEMP TABLE dump_key (order_id INTEGER PRIMARY KEY, order_no TEXT);"
    " INSERT INTO dump_key SELECT order_id, order_no FROM order_key;"
    " CREATE TEMP TABLE dump_customer (customer_id INTEGER PRIMARY KEY, buyer_hash INTEGER);"
    " INSERT INTO dump_customer SELECT customer_id, buyer_hash FROM customer";
static const char dump_names_gone[] = "DROP TABLE temp.dump_key; DROP TABLE temp.dump_customer";

static const char *const dump_queries[] = {
    "SELECT 'key', order_no FROM order_key k WHERE EXISTS (SELECT 1 FROM orders o WHERE o.merchant_id = k.merchant_id AND o.order_id = k.order_id) ORDER BY 2",
    "SELECT 'orphan key', order_no FROM order_key k WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.merchant_id = k.merchant_id AND o.order_id = k.order_id) ORDER BY 2",
    "SELECT 'order', o.order_no, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms, delivered_at_ms, refunded_at_ms, ship_by_ms,"
    " total_minor, paid_minor, refund_minor, pieces, status, pay_kind, exact, region, country, tracking, c.buyer_hash, o.customer_id IS NULL,"
    " pick_until_ms, balance_minor FROM orders o LEFT JOIN dump_customer c ON c.customer_id = o.customer_id ORDER BY 2",
    "SELECT 'event', k.order_no, hex(event_key), first_as_of_ms, as_of_ms, source_rank, placed_at_ms, paid_at_ms, cancelled_at_ms, shipped_at_ms,"
    " delivered_at_ms, refunded_at_ms, ship_by_ms, total_minor, paid_minor, refund_minor, pieces, status, pay_kind, region, country,"
    " tracking, c.buyer_hash, e.customer_id IS NULL, title, balance_minor FROM event e JOIN dump_key k ON k.order_id = e.order_id"
    " LEFT JOIN dump_customer c ON c.customer_id = e.customer_id ORDER BY 2, 3",
    "SELECT 'assertion', a.import_id, k.order_no, hex(e.event_key), a.first_as_of_ms, a.as_of_ms FROM assertion a JOIN event e ON e.merchant_id = 1"
    " AND e.event_no = a.event_no AND e.order_id BETWEEN a.order_from AND a.order_to JOIN dump_key k ON k.order_id = e.order_id UNION ALL SELECT 'assertion', 0, k.order_no,"
    " hex(e.event_key), e.fed_first_ms, e.fed_as_of_ms FROM event e JOIN dump_key k ON k.order_id = e.order_id WHERE e.fed_as_of_ms IS NOT NULL ORDER BY 2, 3, 4",
    "SELECT 'person', k.order_no, hex(e.event_key), buyer, name, phone, address, buyer_note, seller_note, email FROM person p"
    " LEFT JOIN event e ON e.merchant_id = 1 AND e.order_id = p.order_id AND e.event_no = p.event_no LEFT JOIN dump_key k ON k.order_id = p.order_id ORDER BY 2, 3",
    "SELECT 'event line', k.order_no, hex(e.event_key), line_key, p.product_key, l.product_no, l.sku_code, l.title, l.options, l.pieces,"
    " l.unit_minor, l.line_minor, l.refund_minor, l.extra_minor, l.sums FROM event_line l LEFT JOIN event e ON e.merchant_id = 1 AND e.order_id = l.order_id AND e.event_no = l.event_no"
    " LEFT JOIN dump_key k ON k.order_id = l.order_id LEFT JOIN product p ON p.product_id = l.product_id ORDER BY 2, 3",
    "SELECT 'line', k.order_no, line_key, p.product_key, options, pieces, unit_minor, line_minor, refund_minor, extra_minor FROM order_line l"
    " LEFT JOIN dump_key k ON k.order_id = l.order_id LEFT JOIN product p ON p.product_id = l.product_id ORDER BY 2, 3",
    "SELECT 'part', k.order_no, hex(e.event_key), p.kind, p.payment_no, p.minor FROM event_payment p LEFT JOIN event e ON e.merchant_id = 1 AND e.order_id = p.order_id"
    " AND e.event_no = p.event_no LEFT JOIN dump_key k ON k.order_id = p.order_id ORDER BY 2, 3",
    "SELECT 'customer', buyer_hash FROM customer ORDER BY 2",
    "SELECT 'customer order', c.buyer_hash, k.order_no FROM customer_order o LEFT JOIN dump_customer c ON c.customer_id = o.customer_id"
    " LEFT JOIN dump_key k ON k.order_id = o.order_id ORDER BY 2, 3",
    "SELECT 'product', product_key, product_no, sku_code, title FROM product ORDER BY 2",
    "SELECT 'hour', hour_start_ms, region, orders, paid_orders, refunded_orders, cancelled_orders, pieces, total_minor, paid_minor,"
    " refund_minor, kept_minor FROM counter_hour ORDER BY 2, 3",
    "SELECT 'product day', day, p.product_key, lines, pieces, paid_pieces, paid_minor, reserved FROM counter_product_day d"
    " LEFT JOIN product p ON p.product_id = d.product_id ORDER BY 2, 3",
    "SELECT 'record', subject, record_key, grain, at_ms, as_of_ms, disputed FROM record ORDER BY 2, 3",
    "SELECT 'record event', r.subject, r.record_key, hex(e.event_key), e.first_as_of_ms, e.as_of_ms, e.source_rank, e.at_ms FROM record_event e"
    " LEFT JOIN record r ON r.record_id = e.record_id ORDER BY 2, 3, 4",
    "SELECT 'record event cell', r.subject, r.record_key, hex(e.event_key), c.field, c.number, c.text FROM (SELECT record_id, event_no, field, number, text"
    " FROM record_event_cell UNION ALL SELECT record_id, event_no, field, NULL, 'person ' || text FROM record_person_cell) c LEFT JOIN record_event e"
    " ON e.record_id = c.record_id AND e.event_no = c.event_no LEFT JOIN record r ON r.record_id = c.record_id ORDER BY 2, 3, 4, 5",
    "SELECT 'record assertion', a.import_id, r.subject, r.record_key, hex(e.event_key), a.first_as_of_ms, a.as_of_ms FROM record_assertion a JOIN record_event e"
    " ON e.merchant_id = a.merchant_id AND e.event_no = a.event_no AND e.record_id BETWEEN a.record_from AND a.record_to JOIN record r ON r.record_id = e.record_id ORDER BY 2, 3, 4, 5",
    "SELECT 'record cell', r.subject, r.record_key, c.field, c.number, c.text, c.disputed, hex(e.event_key) FROM record_cell c LEFT JOIN record r"
    " ON r.record_id = c.record_id LEFT JOIN record_event e ON e.record_id = c.record_id AND e.event_no = c.event_no ORDER BY 2, 3, 4",
    "SELECT 'set aside', import_id, file_no, line, code FROM quarantine ORDER BY 2, 3, 4",
};

/* The caller frees it. */
static inline char *dump(struct store *s)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!sqlite_run(s->db, dump_names)) {
        fprintf(stderr, "dump: %s\n", db_error_message(s->db));
        exit(1);
    }
    for (size_t i = 0; f && i < sizeof dump_queries / sizeof dump_queries[0]; i++) {
        sqlite3_stmt *q = NULL;
        if (sqlite3_prepare_v2(s->db->handle, dump_queries[i], -1, &q, NULL) != SQLITE_OK) {
            fprintf(stderr, "dump: %s\n", sqlite3_errmsg(s->db->handle));
            exit(1);
        }
        while (sqlite3_step(q) == SQLITE_ROW) {
            for (int c = 0; c < sqlite3_column_count(q); c++) {
                const unsigned char *cell = sqlite3_column_text(q, c);
                fprintf(f, "%s%s", c ? "|" : "", cell ? (const char *)cell : "-");
            }
            fputc('\n', f);
        }
        sqlite3_finalize(q);
    }
    if (f) fclose(f);
    if (!sqlite_run(s->db, dump_names_gone)) exit(1);
    return text;
}

/* Prints the first lines of b that differ from a. */
static inline void dump_difference(const char *a, const char *b)
{
    for (int shown = 0; shown < 6 && (*a || *b);) {
        const size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
        if (n != m || memcmp(a, b, n) != 0) {
            fprintf(stderr, "  - %.*s\n  + %.*s\n", (int)n, a, (int)m, b);
            shown++;
        }
        a += n + (a[n] == '\n');
        b += m + (b[m] == '\n');
    }
}
#endif
