/* Why something was decided, in words for people, in both languages, with the rule that decided. */
#ifndef ZG_CORE_REASON_H
#define ZG_CORE_REASON_H
#include "base/arena.h"
#include "base/text.h"

struct reason {
    const char *rule;      /* frozen word, as "quiet-hours"; a literal */
    struct text en, zh;    /* one sentence each, in the arena of the call */
};
#endif
