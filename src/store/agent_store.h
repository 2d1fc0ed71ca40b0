/* The merchant's staff for service: who they are, which chat names are theirs, when they work, who reminds about orders of which hour
 * (core/run/assignment.h, core/run/shift.h), and whose hands a reminder is in. One team serves all shops of a merchant.
 *
 *   agent_store.c   staff, names, the rota      agent_shift.c   hours and absences      hand_store.c   reminders in hand
 *
 * As store.h: false on a database failure; what writes runs in the writer's transaction and leaves an audit row, which names numbers
 * only. */
#ifndef ZG_STORE_AGENT_STORE_H
#define ZG_STORE_AGENT_STORE_H
#include "core/run/assignment.h"
#include "core/run/shift.h"
#include "store/store.h"

#define AGENT_NAME_BYTES 64
enum { AGENT_NICKS_MAX = 16, AGENT_CHATS_LIMIT = 200, AGENT_ABSENCES_MAX = 64 /* of one agent, that are not over */ };

struct agent {
    int64_t agent_id, user_id;          /* user_id: the account by which they sign in; 0: none */
    struct text name;
    enum agent_kind kind;
    int chats_max;                      /* 0: as the policy says */
    bool left;                          /* works here no more; kept, so that what was done keeps its name */
    uint32_t week[SHIFT_WEEK_DAYS];     /* hours of an ordinary week, Monday first */
    const struct text *nicks; int nick_count; /* names in chat tools and in files about staff, shifts and chats */
};
struct agent_day { int64_t agent_id, day; uint32_t hours; };
enum absence_why { ABSENCE_LEAVE = 1, ABSENCE_BREAK = 2, ABSENCE_TRAINING = 3, ABSENCE_OTHER = 4 }; /* frozen; of what ails a person nothing is kept */
const char *absence_word(enum absence_why why); /* "leave", "break", "training", "other" */
bool absence_parse(struct text word, enum absence_why *ret);
struct agent_absence { int64_t agent_id, absence_id, from_ms, until_ms /* INSTANT_MAX: not known */; enum absence_why why; };
struct agent_books {
    struct agent *agents; int agent_count;             /* by agent_id, at most AGENTS_MAX that work here */
    struct agent_day *days; int day_count;             /* by agent_id, then day */
    struct agent_absence *absences; int absence_count; /* by agent_id, then from_ms */
    int64_t rota[ROTA_HOURS];                          /* agent_id; 0: nobody */
};
struct agent_books_ask { int64_t from_day, until_day; /* painted days in [from, until) */ int64_t over_after_ms; /* absences that end later */ bool left; /* with those who left */ };
/* Everything about the staff; in the arena. */
bool agent_books(struct store *s, int64_t merchant_id, struct arena *a, const struct agent_books_ask *ask, struct agent_books *ret);
const struct agent *agent_of(const struct agent_books *b, int64_t agent_id); /* NULL: none */
const struct agent *agent_named(const struct agent_books *b, struct text nick); /* by name or nick */
const struct agent *agent_of_user(const struct agent_books *b, int64_t user_id);

enum agent_result {
    AGENT_OK, AGENT_NONE /* no such agent, absence or account */, AGENT_BAD /* name, hours, limit or times make no sense */,
    AGENT_TAKEN /* the name, a nick or the account is another one's */, AGENT_TOO_MANY, AGENT_FAILED /* database */,
};
struct agent_put { int64_t agent_id /* 0: a new one */, user_id; struct text name; enum agent_kind kind; int chats_max; bool left; const struct text *nicks; int nick_count; };
/* All of it at once; hours stay as they are. */
enum agent_result agent_put(struct store *s, int64_t merchant_id, const struct agent_put *p, int64_t by_user_id, int64_t *ret_agent_id);
/* Hours of one weekday of the ordinary week. */
enum agent_result agent_week_put(struct store *s, int64_t merchant_id, int64_t agent_id, int weekday, uint32_t hours, int64_t by_user_id);
/* Hours of one day, instead of what the week or a file says; whole: that holds again. */
struct agent_day_put { int64_t agent_id, day; uint32_t hours; bool whole; };
enum agent_result agent_day_put(struct store *s, int64_t merchant_id, const struct agent_day_put *p, int64_t by_user_id);
/* Whose orders of that local hour are; agent_id 0: nobody's. */
enum agent_result agent_rota_put(struct store *s, int64_t merchant_id, int hour, int64_t agent_id, int64_t by_user_id);
/* absence_id is given. */
enum agent_result agent_absence_add(struct store *s, int64_t merchant_id, struct agent_absence *absence, int64_t by_user_id);
/* Back at that instant: an absence that has not begun goes, one that runs ends then. */
enum agent_result agent_absence_end(struct store *s, int64_t merchant_id, int64_t absence_id, int64_t at_ms, int64_t by_user_id);

/* ---- reminders in hand ---- */
struct hand { int64_t order_id, agent_id, at_ms; int wave; };
/* Those given in (after_ms, until_ms], by order, then wave; in the arena. One an order and wave. */
bool hand_list(struct store *s, const struct shop *shop, struct arena *a, int64_t after_ms, int64_t until_ms, struct hand **ret, int64_t *ret_n);
/* Puts an order's reminder into somebody's hands, or out of anybody's (agent_id 0). A later one takes its place. */
bool hand_put(struct store *s, const struct shop *shop, const struct hand *h);
#endif
