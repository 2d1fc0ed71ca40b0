/* The world of outbox_sim.c: what happens in it, what it told the desk, what left the house. It stands in memory shared by the parent and every child, so
 * that the checkers know more than the desk does. outbox_world.c lets it happen, outbox_wire.c looks at what leaves. */
#ifndef ZG_TEST_OUTBOX_WORLD_H
#define ZG_TEST_OUTBOX_WORLD_H
#include "base/prng.h"
#include "desk/desk.h"
#include "desk/feed.h"
#include "desk/outbox_desk.h"
#include "os/os.h"
#include "store/policy_store.h"

enum { ORDERS = 36, BUYERS = 14, ACTS_MAX = 512, WIRE_MAX = 4096, WAVES = 4, DIED = 77, DAY_H = 40 };
#define DAY_BEGINS INT64_C(1700000000000) /* 15 Nov 2023, 06:13 in Shanghai */

enum act_kind { ACT_PLACE, ACT_PAY, ACT_CANCEL, ACT_IMPORT_PAID, ACT_UNDO, ACT_OPT_OUT, ACT_COMPLAIN, ACT_BY_HAND, ACT_RESOLVE, ACT_JUMP, ACT_SWITCH, ACT_DIE };
struct act { enum act_kind kind; int64_t at_ms; int order; int64_t much; bool done; };
struct made_order { int64_t placed_ms, order_id; int buyer; bool has_phone, placed, paid_by_feed, paid_by_import, cancelled; };
struct wire { int order, wave; int64_t at_ms, clock_ms; bool arrived, surely_not; };
struct counts { int64_t sent, unknown, failed, deaths, jumps, crossed, undone, by_hand, again, gaps, dropped, held_dark, returned; };

/* Shared by the parent and every child. */
struct world {
    uint64_t seed;
    struct prng p;
    int64_t now_ms, offset_ms;              /* the world's time; the desk's clock is ahead by so much */
    int64_t latest_fact_ms, silent_from_ms, silent_until_ms;
    struct act acts[ACTS_MAX];
    int act_count;
    struct made_order orders[ORDERS];
    bool opted_out[BUYERS], complained[BUYERS];
    struct contact { int64_t at_ms; int order, wave; } contacts[BUYERS][256]; /* by the desk's clock; wave 0: by hand */
    int contact_count[BUYERS];
    struct wire wire[WIRE_MAX];
    int wire_count;
    int again[ORDERS][WAVES];
    struct policy policy;
    bool on, email;
    int64_t die_in;                         /* looks at the clock until the process dies; < 0: it does not */
    int64_t turn_ms, turn_clock_ms;         /* when the turn began, in which the lease was taken */
    bool known_closed[ORDERS], known_stopped[BUYERS]; /* at that moment */
    int64_t turn_fact_ms;
    int faults;
    char what[160];
    struct counts n;
};
extern struct world *w;
/* Of this process: its desk, and the database of the day. */
extern struct env env;
extern char path[96];
extern struct desk *desk;
extern struct shop shop;
extern struct feed *feed;
extern struct store day_reader; /* one for the whole life of the process: opening reads the schema */

void fault(const char *what, int order, int wave); /* a checker found something */
_Noreturn void wrong(const char *what);             /* the test itself cannot go on */
int64_t some(int64_t below);
void may_die(void);

void script_make(void); /* what will happen; in the first child */
void policy_make(void); /* a policy of some kind, reminders switched on */
void day_open(void);    /* the desk, with the world's clock */
void day_close(void);
void act_do(struct act *a);
bool is_closed(const struct made_order *o);                            /* as the world knows it */
void contact_note(int buyer, int order, int wave, int64_t at_ms);

/* ---- outbox_wire.c ---- */
extern const struct sender_ways wire_ways; /* by which messages leave, and are looked at */
void ledger_check(struct store *s);        /* the ledger beside what left */
#endif
