/* The life of a message: the table is sound, its diagram stands in the document as it is printed.
 *
 * usage: core_outbox_test docs/internals/outbox.md   checks; the control takes one arrow out of the document in turn and must be missed
 *        core_outbox_test                            prints the diagram and the table of sentences for the document */
#include <stdio.h>
#include <stdlib.h>
#include "core/contact/outbox.h"

static void *take(void *ctx, size_t size) { (void)ctx; return malloc(size); }
static void give(void *ctx, void *p, size_t size) { (void)ctx; (void)size; free(p); }
static int faults;

static void check(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "core_outbox_test: %s\n", what);
    faults++;
}

/* What must hold of any such life, whatever its rows are. */
static void table_sound(void)
{
    const struct outbox_step *steps;
    const int n = outbox_steps(&steps);
    unsigned reached = 1u << OUTBOX_NONE, events = 0;
    for (int round = 0; round < n; round++)
        for (int i = 0; i < n; i++)
            if (reached >> steps[i].from & 1u) reached |= 1u << steps[i].to;
    for (int s = 0; s < OUTBOX_STATE_COUNT; s++) check(reached >> s & 1u, "a state that no life reaches");
    for (int i = 0; i < n; i++) {
        events |= 1u << steps[i].event;
        check(outbox_step_of(steps[i].from, steps[i].event) == &steps[i], "two rows for one event in one state");
        check(steps[i].when_en.len && steps[i].when_zh.len && steps[i].effect.len, "a row without its sentences");
        if (steps[i].to == OUTBOX_LEASED) check(steps[i].event == OUTBOX_LEASE && outbox_waits(steps[i].from), "leased otherwise than from waiting");
        if (steps[i].to == OUTBOX_SENT)
            check(steps[i].from == OUTBOX_LEASED ? steps[i].event == OUTBOX_ACCEPT : steps[i].from == OUTBOX_UNKNOWN && steps[i].event == OUTBOX_ARRIVED,
                  "sent without a lease or a word about an unknown one");
        check(steps[i].from != OUTBOX_SENT, "what was sent moves no more");
        if (steps[i].from == OUTBOX_UNKNOWN)
            check(steps[i].event == OUTBOX_ARRIVED || steps[i].event == OUTBOX_NOT_ARRIVED || steps[i].event == OUTBOX_AGAIN, "an unknown one moves by itself");
        if (steps[i].from == OUTBOX_LEASED && outbox_waits(steps[i].to))
            check(steps[i].event == OUTBOX_RETURN || steps[i].event == OUTBOX_PUT_OFF, "waits again although it may have gone out");
    }
    check(events == (1u << OUTBOX_EVENT_COUNT) - 1, "an event that happens nowhere");
}

static void words_sound(void)
{
    for (int s = OUTBOX_PLANNED; s < OUTBOX_STATE_COUNT; s++) {
        enum outbox_state back = OUTBOX_NONE;
        check(outbox_state_parse(text_from_cstr(outbox_state_word((enum outbox_state)s)), &back) && back == (enum outbox_state)s, "a state's word does not lead back");
        check(outbox_state_text((enum outbox_state)s, false).len && outbox_state_text((enum outbox_state)s, true).len, "a state without a text");
    }
    enum outbox_state none = OUTBOX_SENT;
    check(!outbox_state_parse(TEXT("none"), &none) && none == OUTBOX_SENT, "no message is no state to ask for");
}

static void orders_sound(void)
{
    struct order o = { .placed_at_ms = 10, .paid_at_ms = INSTANT_NONE, .cancelled_at_ms = INSTANT_NONE, .shipped_at_ms = INSTANT_NONE,
                       .delivered_at_ms = INSTANT_NONE, .refunded_at_ms = INSTANT_NONE, .ship_by_ms = INSTANT_NONE, .total_minor = 100,
                       .paid_minor = CLAIM_NONE, .refund_minor = CLAIM_NONE, .balance_minor = CLAIM_NONE, .pay_kind = PAY_ONLINE, .customer_id = CLAIM_NONE };
    check(outbox_order_closed(&o) == NULL, "an unpaid order is open");
    struct order p = o;
    p.paid_at_ms = INSTANT_LAST_MS;
    check(outbox_order_closed(&p) && text_is(text_from_cstr(outbox_order_closed(&p)), "paid"), "paid, whenever");
    p = o, p.cancelled_at_ms = 11;
    check(outbox_order_closed(&p) && text_is(text_from_cstr(outbox_order_closed(&p)), "closed"), "closed");
    p = o, p.pay_kind = PAY_ON_DELIVERY;
    check(outbox_order_closed(&p) && text_is(text_from_cstr(outbox_order_closed(&p)), "on-delivery"), "on delivery");
    p = o, p.shipped_at_ms = 11;
    check(outbox_order_closed(&p) && text_is(text_from_cstr(outbox_order_closed(&p)), "shipped"), "shipped");
    p = o, p.placed_at_ms = INSTANT_NONE;
    check(outbox_order_closed(&p) && text_is(text_from_cstr(outbox_order_closed(&p)), "not-placed"), "known by its lines only");
}

/* Lines of the diagram and of the table of sentences that the document lacks. */
static int missing(struct arena *a, const char *doc, bool say)
{
    const struct outbox_step *steps;
    const int n = outbox_steps(&steps);
    int lacks = strstr(doc, outbox_diagram(a).ptr) ? 0 : 1;
    for (int i = 0; i < n; i++) {
        const struct text row = arena_printf(a, "| %s | %s | %s | %s | %s |", outbox_state_word(steps[i].from), outbox_event_word(steps[i].event),
                                             outbox_state_word(steps[i].to), steps[i].when_en.ptr, steps[i].effect.ptr);
        if (strstr(doc, row.ptr)) continue;
        lacks++;
        if (say) fprintf(stderr, "core_outbox_test: the document lacks: %s\n", row.ptr);
    }
    return lacks;
}

static void print(struct arena *a)
{
    const struct outbox_step *steps;
    const int n = outbox_steps(&steps);
    printf("```mermaid\n%s```\n\n| from | event | to | when | effect |\n|---|---|---|---|---|\n", outbox_diagram(a).ptr);
    for (int i = 0; i < n; i++)
        printf("| %s | %s | %s | %s | %s |\n", outbox_state_word(steps[i].from), outbox_event_word(steps[i].event), outbox_state_word(steps[i].to),
               steps[i].when_en.ptr, steps[i].effect.ptr);
}

static void compare(struct arena *a, const char *path)
{
    static char doc[1 << 16];
    FILE *f = fopen(path, "r");
    const size_t size = f ? fread(doc, 1, sizeof doc - 1, f) : 0;
    if (f) fclose(f);
    check(size > 0, "the document cannot be read");
    check(missing(a, doc, true) == 0, "the document is not what the table says: print it anew");
    /* control: each arrow, pointed elsewhere, is missed */
    for (char *arrow = strstr(doc, "--> "); arrow; arrow = strstr(arrow + 1, "--> ")) {
        const char was = arrow[4];
        arrow[4] = '?';
        check(missing(a, doc, false) > 0, "control: a changed arrow was not seen");
        arrow[4] = was;
    }
}

int main(int argc, char **argv)
{
    const struct arena_source memory = { take, give, NULL };
    struct arena a;
    arena_init(&a, &memory, 0);
    if (argc < 2) print(&a);
    else {
        table_sound();
        words_sound();
        orders_sound();
        compare(&a, argv[1]);
    }
    arena_release(&a);
    return faults ? 1 : 0;
}
