/* Notices to staff by the robots of a store: what is new of Today's lines, and messages whose outcome nobody knows (core/run/notice.h). A thread of the
 * desk that serves looks for them; each robot speaks on a thread of its own (notice_robot.h). No notice names a buyer. */
#ifndef ZG_DESK_NOTICES_H
#define ZG_DESK_NOTICES_H

struct desk;
struct notices;
#define NOTICES_LOOK_MS 3000        /* whether anything changed; what a look costs is rested twenty times */

struct notices *notices_start(struct desk *d);  /* NULL: out of memory */
void notices_ask_stop(struct notices *n);
void notices_stop(struct notices *n);           /* a send that is under way is waited for: ten seconds at most */
#endif
