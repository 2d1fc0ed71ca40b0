/* What the owner or an operator changes about the team: a list of small changes, all of them or none.
 *
 * Each is an object with "op":
 *   {"op":"agent","agent":N (absent: a new one),"name","kind":"service"|"specialist","limit":N|null,"account":N|null,"nicks":[..],"left":bool}
 *   {"op":"week","agent":N,"weekday":0..6 (Monday first),"hours":[9,10,11]}      an ordinary week
 *   {"op":"day","agent":N,"day":"2026-11-11","hours":[..]|null}                  one day; null: as the week or a file says
 *   {"op":"rota","hour":0..23,"agent":N|null}
 *   {"op":"away","agent":N,"from":instant (absent: now),"until":instant|null,"why":"leave"|"break"|"training"|"other"}
 *   {"op":"back","absence":N}, or "agent": whatever keeps them away now
 *   {"op":"take","names":[..]}                                                   people whom a file of staff lists, with their limits
 * In place of "agent":N there may stand "of":"name", the name or a chat name of somebody on the team. */
#ifndef ZG_DESK_TEAM_CHANGE_H
#define ZG_DESK_TEAM_CHANGE_H
#include <jansson.h>
#include "desk/commands.h"

enum { TEAM_CHANGES_MAX = 2000 };
struct team_ask {
    struct text store;
    json_t *changes;      /* an array; borrowed */
    int64_t user_id;
    bool only_self;       /* refuse whatever is not one's own coming and going */
};
enum desk_result desk_team_change(struct desk *d, const struct team_ask *ask, struct desk_message *ret);
#endif
