/* Many notices as few messages of a robot. A red one leaves in a message of its own as soon as the pace allows any message at all, before everything
 * else; ordinary ones wait DIGEST_GATHER_MS from the first of them and leave together. Beyond PACE_MESSAGES a minute not even a red one may leave: those
 * leave together at the first moment that is free. Pure; fixed memory. */
#ifndef ZG_CHANNEL_DIGEST_H
#define ZG_CHANNEL_DIGEST_H
#include "base/text.h"
#include "channel/pace.h"

enum { DIGEST_NOTICES = 64, DIGEST_NOTICE_BYTES = 400, DIGEST_TEXT_BYTES = 1800, DIGEST_GATHER_MS = 20 * 1000 };
struct digest_notice { int64_t since_ms; bool urgent; char text[DIGEST_NOTICE_BYTES]; };
struct digest {
    struct digest_notice waiting[DIGEST_NOTICES]; /* red ones first, else in the order they came */
    int n, left_out;            /* ordinary ones for which there was no room: told as a number */
    struct pace pace;
};
/* A full digest leaves out the last ordinary one for a red one; more red ones than there is room for are told as a number, too. */
void digest_add(struct digest *d, int64_t now_ms, struct text notice, bool urgent);
/* When digest_take has something to give; INT64_MAX: nothing waits. */
int64_t digest_due_ms(struct digest *d, int64_t now_ms);
/* The next message, if one may leave now: its text (lines), and takes its turn. zh: the sentence about what was left out. */
bool digest_take(struct digest *d, int64_t now_ms, bool zh, char ret[DIGEST_TEXT_BYTES], bool *ret_urgent);
#endif
