/* The client's ledger: what was asked of the desk, what it answered, and whether a database found after a fault agrees.
 *
 * Operations: an order with two lines comes in; it is paid; its reminder is marked. Each is invoked, then ok, failed or unknown.
 * A database agrees when every ok is there exactly once, every failed is absent, every unknown is there once or not at all, and what
 * is derived (lines, counters, stock) fits. Rows of an imported file are told from the ledger's orders by their numbers. */
#ifndef ZG_TEST_LEDGER_H
#define ZG_TEST_LEDGER_H
#include <stdatomic.h>
#include "desk/feed.h"

enum { LEDGER_ORDERS = 256 };
enum op_kind { OP_ORDER, OP_PAY, OP_MARK, OP_KINDS };
enum op_state { OP_NONE, OP_INVOKED, OP_OK, OP_FAILED, OP_UNKNOWN };

struct ledger;
struct op {
    struct ledger *ledger;
    int order;
    enum op_kind kind;
    bool refuse;
    char no[16];
    struct order_claim claims[2];
    size_t claim_count;
    struct feed_event event;
};
struct ledger {
    _Atomic int state[LEDGER_ORDERS][OP_KINDS];
    struct op ops[LEDGER_ORDERS][OP_KINDS];
    struct shop shop;
    struct feed *feed;                  /* takes every other order and payment; NULL: none */
    atomic_int open;                    /* invoked and not answered */
    atomic_int by_result[WRITER_STOPPED + 1];
};
void ledger_init(struct ledger *l, const struct shop *shop);
/* Posts the operation, or does some of them and waits; false: the queue is full, nothing was invoked. `refuse`: it writes and then refuses. */
bool ledger_post(struct ledger *l, struct writer *w, int order, enum op_kind kind, bool refuse);
void ledger_wait(struct ledger *l);     /* until everything is answered */
int ledger_state(const struct ledger *l, int order, enum op_kind kind);

struct ledger_report { char what[400]; int64_t ledger_orders, file_rows /* orders of imported files, and rows of them that were set aside */; };
/* Looks through the database; false: it does not agree, and report->what says where. */
bool ledger_agrees(const struct ledger *l, struct store *s, struct ledger_report *report);
/* The derived tables against the orders: counters, stock, audit chain, structure of the file. */
bool derived_agrees(struct store *s, struct ledger_report *report);
/* The same by `zhanggui verify`: everything that is kept, recomputed. */
bool verify_agrees(struct store *s, struct ledger_report *report);
#endif
