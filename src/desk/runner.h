/* The runner: what of the ledger is due and not decided yet. A tick reads the clock once, takes a bounded number of due messages of each shop
 * (by their index: a tick costs by what is due, not by what waits), asks the policy on a reading connection, and hands the steps to the writer
 * in one request. What may go out is handed to the lane of its way, whose sender asks again when it leases.
 *
 * A tick also follows the switches: orders that were there before reminders were on are caught up with, what waits for a way that was switched
 * off is decided anew or dropped, some hundred at a time. */
#ifndef ZG_DESK_RUNNER_H
#define ZG_DESK_RUNNER_H
#include "base/limits.h"
#include "desk/outbox_decide.h"
#include "desk/writer.h"

enum { RUNNER_DUE_MAX = 512 };
struct runner_ask { const struct env *env; const char *path; struct writer *writer; };
struct runner_tally { int shops_on, shops_dark, due, held, refused, caught_up, dropped; bool more /* tick again at once */; };

struct runner;
struct runner *runner_open(const struct runner_ask *ask);  /* NULL: out of memory */
void runner_close(struct runner *r);
/* False: the database cannot be read or written now; try again later. */
bool runner_tick(struct runner *r, struct runner_tally *ret);
/* After a tick: the shops, and by which ways of each reminders are on. */
int runner_shops(const struct runner *r, const struct shop **ret_shops, const unsigned **ret_on);
#endif
