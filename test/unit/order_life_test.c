/* The life of an order as docs/internals/order.md draws it, beside order_state_at over every order of a small world: each of the six
 * facts told or not, paid online or on delivery, looked at before and after each fact.
 *
 * usage: order_life_test docs/internals/order.md    compares; the control changes each cell and each arrow in turn
 *        order_life_test                            prints the table */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/order/order.h"

enum fact { PLACED, PAID, SHIPPED, DELIVERED, CLOSED, REFUNDED_WHOLLY, FACTS };
static const char *const fact_words[FACTS] = { "placed", "paid", "shipped", "delivered", "closed", "refunded" };

/* [from][fact]: a bit for each state that may follow; 0: the fact has happened already */
struct life { unsigned next[ORDER_STATE_COUNT][FACTS]; };

static struct order order_of(unsigned facts, enum fact last, enum pay_kind kind)
{
    struct order o = { .placed_at_ms = INSTANT_NONE, .paid_at_ms = INSTANT_NONE, .cancelled_at_ms = INSTANT_NONE, .shipped_at_ms = INSTANT_NONE,
                       .delivered_at_ms = INSTANT_NONE, .refunded_at_ms = INSTANT_NONE, .ship_by_ms = INSTANT_NONE, .total_minor = 100,
                       .paid_minor = 100, .refund_minor = 0, .pieces = 1, .pay_kind = kind, .customer_id = CLAIM_NONE };
    int64_t *const times[FACTS] = { &o.placed_at_ms, &o.paid_at_ms, &o.shipped_at_ms, &o.delivered_at_ms, &o.cancelled_at_ms, &o.refunded_at_ms };
    for (int f = 0; f < FACTS; f++)
        if (facts >> f & 1u) *times[f] = f == (int)last ? 20 : 10;
    if (facts >> REFUNDED_WHOLLY & 1u) o.refund_minor = 100;
    return o;
}

static struct life life_of_the_code(void)
{
    struct life l = { 0 };
    for (int kind = PAY_NONE; kind <= PAY_ON_DELIVERY; kind++)
        for (unsigned facts = 1; facts < 1u << FACTS; facts++)
            for (int last = 0; last < FACTS; last++) {
                if (!(facts >> last & 1u)) continue;
                const struct order o = order_of(facts, (enum fact)last, (enum pay_kind)kind);
                l.next[order_state_at(&o, 19)][last] |= 1u << order_state_at(&o, 20);
            }
    return l;
}

static void print_cell(unsigned states, int from, char *ret, size_t size)
{
    size_t n = 0;
    ret[0] = '\0';
    if (states == 0) { snprintf(ret, size, "–"); return; }
    if (states == 1u << from) { snprintf(ret, size, "stays"); return; }
    for (int s = 0; s < ORDER_STATE_COUNT; s++)
        if (states >> s & 1u) n += (size_t)snprintf(ret + n, size - n, "%s%s", n ? " or " : "", s == from ? "stays" : order_state_word((enum order_state)s));
}

static void print_row(const struct life *l, int from, char *ret, size_t size)
{
    size_t n = (size_t)snprintf(ret, size, "| %s |", order_state_word((enum order_state)from));
    for (int f = 0; f < FACTS; f++) {
        char cell[128];
        print_cell(l->next[from][f], from, cell, sizeof cell);
        n += (size_t)snprintf(ret + n, size - n, " %s |", cell);
    }
}

static void print_head(char *ret, size_t size)
{
    size_t n = (size_t)snprintf(ret, size, "| in state |");
    for (int f = 0; f < FACTS; f++) n += (size_t)snprintf(ret + n, size - n, " %s |", fact_words[f]);
}

static bool has_line(const char *doc, const char *line)
{
    const size_t len = strlen(line);
    for (const char *p = doc; (p = strstr(p, line)); p++)
        if ((p == doc || p[-1] == '\n') && (p[len] == '\n' || p[len] == '\0')) return true;
    return false;
}

/* Lines of the document that do not agree with the code: rows of the table that are missing, arrows that do not hold. */
static int table_faults(const struct life *l, const char *doc, bool say)
{
    int bad = 0;
    char row[1024];
    print_head(row, sizeof row);
    for (int from = -1; from < ORDER_STATE_COUNT; from++) {
        if (from >= 0) print_row(l, from, row, sizeof row);
        if (has_line(doc, row)) continue;
        bad++;
        if (say) printf("the document has no line\n%s\n", row);
    }
    return bad;
}

static int word_at(const char *const *words, int n, const char *p, size_t len)
{
    for (int i = 0; i < n; i++)
        if (strlen(words[i]) == len && memcmp(words[i], p, len) == 0) return i;
    return -1;
}

/* "    unpaid --> to_ship: paid" */
static int arrow_faults(const struct life *l, const char *doc, int *ret_arrows, bool say)
{
    const char *states[ORDER_STATE_COUNT];
    int bad = 0;
    *ret_arrows = 0;
    for (int s = 0; s < ORDER_STATE_COUNT; s++) states[s] = order_state_word((enum order_state)s);
    for (const char *p = doc; (p = strstr(p, " --> ")); p++) {
        const char *begin = p, *to = p + 5, *colon = strstr(to, ": "), *end = to + strcspn(to, "\n");
        while (begin > doc && begin[-1] != ' ' && begin[-1] != '\n') begin--;
        const int a = word_at(states, ORDER_STATE_COUNT, begin, (size_t)(p - begin));
        const int b = colon && colon < end ? word_at(states, ORDER_STATE_COUNT, to, (size_t)(colon - to)) : -1;
        const int f = colon && colon < end ? word_at(fact_words, FACTS, colon + 2, (size_t)(end - colon - 2)) : -1;
        ++*ret_arrows;
        if (a >= 0 && b >= 0 && f >= 0 && l->next[a][f] >> b & 1u) continue;
        bad++;
        if (say) printf("this arrow does not hold: %.*s\n", (int)(end - begin), begin);
    }
    return bad;
}

/* Each state that may follow taken away or put in: the table must show it; each arrow's fact no longer leading there: so must the arrows. */
static int missed_by_control(const struct life *l, const char *doc)
{
    int missed = 0, arrows, arrows_caught = 0, all;
    for (int from = 0; from < ORDER_STATE_COUNT; from++)
        for (int f = 0; f < FACTS; f++)
            for (int to = 0; to < ORDER_STATE_COUNT; to++) {
                struct life wrong = *l;
                wrong.next[from][f] ^= 1u << to;
                missed += table_faults(&wrong, doc, false) == 0;
                arrows_caught += arrow_faults(&wrong, doc, &arrows, false);
            }
    arrow_faults(l, doc, &all, false);
    return missed + (arrows_caught != all);
}

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *s = calloc(1, 1 << 16);
    const bool ok = f && s && fread(s, 1, (1 << 16) - 1, f) > 0;
    if (f) fclose(f);
    if (ok) return s;
    free(s);
    return NULL;
}

int main(int argc, char **argv)
{
    const struct life l = life_of_the_code();
    if (argc < 2) {
        char row[1024];
        print_head(row, sizeof row);
        puts(row);
        puts("|---|---|---|---|---|---|---|");
        for (int from = 0; from < ORDER_STATE_COUNT; from++) {
            print_row(&l, from, row, sizeof row);
            puts(row);
        }
        return 0;
    }
    char *doc = read_all(argv[1]);
    if (!doc) { printf("%s cannot be read\n", argv[1]); return 1; }
    int arrows = 0, bad = table_faults(&l, doc, true) + arrow_faults(&l, doc, &arrows, true);
    const int missed = bad ? 0 : missed_by_control(&l, doc);
    free(doc);
    printf("%d rows, %d arrows, %d wrong; %d planted faults not found\n", ORDER_STATE_COUNT, arrows, bad, missed);
    return bad || missed || arrows == 0;
}
