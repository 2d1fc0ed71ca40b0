/* Who reminds: which member of staff takes an unpaid order, or why nobody does for now (sellers' practice, Double 11 of 2014).
 *
 * In the order in which it is asked, for one order:
 *   1. it is in somebody's hands already and that one is here: it stays there
 *   2. somebody is chatting with this buyer right now: that one, however full
 *   3. somebody served this buyer (谁接待谁催付) and has room: that one
 *   4. served, but that one is full or away: a reminder specialist (催付专员) with room
 *   5. nobody was asked (静默订单) and the load is high: a specialist with room
 *   6. nobody was asked and the load is low: the rota by the local hour of the order, or the next one on it who is here and has room
 *   7. where that finds nobody: whoever is here and has the most room
 * When all who are here are full, orders wait in one line and the one that was due first is taken first; when nobody is here they wait
 * until the next shift. Nobody who is not here ever gets anything. Among equals the one with the least of what he can carry is taken,
 * then the one who was given least, then the lower number: so the shares of equals differ by one order at most.
 *
 * Read in this order: struct assignment_desk (the staff at an instant), struct assignment_order, assign (one order), assign_all (a list
 * that is due). Pure; sentences live in the arena that is given. */
#ifndef ZG_CORE_ASSIGNMENT_H
#define ZG_CORE_ASSIGNMENT_H
#include "core/contact/contact.h"

enum agent_kind { AGENT_SERVICE = 1, AGENT_SPECIALIST = 2 /* does nothing but remind */ }; /* frozen */
const char *agent_kind_word(enum agent_kind k); /* "service", "specialist" */
bool agent_kind_parse(struct text word, enum agent_kind *ret);

enum { AGENTS_MAX = 200, ROTA_HOURS = 24 };

/* A member of staff at the instant that is asked about. */
struct assignment_agent {
    int64_t agent_id;
    struct text name;
    enum agent_kind kind;
    bool here;              /* on a shift, and not away */
    int64_t here_from_ms;   /* when not here: when next; INSTANT_NONE: not within the days that are planned */
    int load, limit;        /* chats that are open with reminders in hand, and how many at most; load may lie above the limit */
    int given;              /* reminders given since the day began, for a fair share among equals */
};
struct assignment_desk {
    const struct assignment_agent *agents; /* by agent_id */
    int agent_count;                       /* <= AGENTS_MAX */
    int rota[ROTA_HOURS];                  /* whose orders of this local hour are, as a place in agents; -1: nobody's */
    int64_t now_ms;
    const struct zone *zone;               /* of the rota's hours and of the sentences */
    int64_t load_high_bp;                  /* policy: from this share of what service can carry the load is high */
};

struct assignment_order {
    struct text order_no;
    int64_t placed_at_ms, due_at_ms;
    int served;             /* who served this buyer last, as a place in agents; -1: nobody did */
    int64_t served_at_ms;
    bool talking;           /* and that chat is open: it is part of the load already */
    int kept;               /* in whose hands it is; -1: nobody's. Counted in load */
};

struct assignment {
    int agent;              /* a place in agents; -1: nobody's for now */
    int64_t place;          /* in the line when all are full, from 1; else 0 */
    int64_t until_ms;       /* when nobody is here: when the next shift begins; else INSTANT_NONE */
    struct reason reason;   /* rules: kept, talking, served, served-full, served-away, busy, rota, rota-next, most-room, all-full,
                             * nobody-here, no-staff */
};

/* Is the load high: do the service agents who are here have load_high_bp of what they can carry, or is none here? */
bool assignment_load_high(const struct assignment_desk *d);
/* One order, with the staff as it is. Changes nothing; place is 1 when it has to wait. */
struct assignment assign(struct arena *a, const struct assignment_desk *d, const struct assignment_order *o);
/* A whole list at one instant: what is in hand stays, then first due first served (by order number among those due together); each
 * order that is given adds to the load of who takes it. ret[i] belongs to orders[i]. False when memory ran out. */
bool assign_all(struct arena *a, const struct assignment_desk *d, const struct assignment_order *orders, int64_t n, struct assignment *ret);
#endif
