/* The ledger of messages that go out by themselves, asked and answered: the page, the command line. */
#ifndef ZG_DESK_OUTBOX_H
#define ZG_DESK_OUTBOX_H
#include "core/contact/outbox.h"
#include "desk/answer.h"
#include "desk/commands.h"

/* state: OUTBOX_NONE gives all states, unknown ones first, a few of each. after: cursor of the page before, of one state; empty: from the begin. */
struct outbox_ask { enum outbox_state state; struct text after; int limit; /* of one state, 1..LIMIT_PAGE_ROWS */ };
/* GET /stores/{store}/outbox and `zhanggui outbox --json`: {"at","on":[channel that reminders go out by],"connected":[channel of those that is set up],
 * "counts":{state: up to 1,000,000},"rows":[{"order" or null,"wave","state","state_text","channel" or null,"due_at","at","leased_at","sent_at","tries",
 * "reason":{"rule","en","zh"},"code":null|{"code","en","zh"},"text","report":null|"arrived"|"not-arrived","crossed","amount"}],"next"}. */
json_t *answer_outbox(const struct answer_ask *q, const struct outbox_ask *o, enum answer_error *ret_error);

/* A person says what became of an unknown one. */
struct outbox_resolve_ask { struct text store, order_no; int wave; bool again /* send it again; else: it arrived */; int64_t user_id; };
/* Refused where it is not unknown (any more), or, to be sent again, where a later wave has gone out since. */
enum desk_result desk_outbox_resolve(struct desk *d, const struct outbox_resolve_ask *ask, struct desk_message *ret);
#endif
