/* See notice.h. */
#include "core/run/notice.h"
#include <assert.h>

static bool is_told(int kind)
{
    return kind == TODAY_IMPORT || kind == TODAY_INTERRUPTED || kind == TODAY_LATE || kind == TODAY_REMIND || kind == TODAY_QUARANTINE || kind == NOTICE_UNKNOWN;
}

int notice_news(struct notice_seen *seen, const struct notice_fact *facts, int n, int64_t now_ms, bool quiet, int ret[NOTICE_KINDS])
{
    bool here[NOTICE_KINDS] = { false };
    int count = 0;
    for (int i = 0; i < n; i++) {
        const struct notice_fact *f = &facts[i];
        assert(f->kind >= 0 && f->kind < NOTICE_KINDS);
        if (!is_told(f->kind) || f->count < 0 || here[f->kind]) continue;
        here[f->kind] = true;
        const bool turned_red = f->urgent && !seen->of[f->kind].urgent, comes_up = !seen->of[f->kind].told;
        const bool more = seen->of[f->kind].told && f->count > seen->of[f->kind].told_count && now_ms - seen->of[f->kind].told_at_ms >= NOTICE_AGAIN_MS;
        bool news = turned_red || more || (comes_up && !f->urgent);
        if (!f->urgent && !seen->begun) { /* everybody knows */
            seen->of[f->kind].told = true;
            seen->of[f->kind].told_count = f->count;
            seen->of[f->kind].told_at_ms = now_ms;
            news = false;
        }
        if (!f->urgent && quiet) news = false;
        seen->of[f->kind].urgent = f->urgent;
        seen->of[f->kind].count = f->count;
        if (!news) continue;
        seen->of[f->kind].told = true;
        seen->of[f->kind].told_count = f->count;
        seen->of[f->kind].told_at_ms = now_ms;
        ret[count++] = i;
    }
    for (int k = 0; k < NOTICE_KINDS; k++) {
        if (here[k]) continue;
        const int64_t told_at_ms = seen->of[k].told_at_ms;
        /* gone: when it comes back it is news, but not twice within the hour */
        if (!seen->of[k].told || now_ms - told_at_ms >= NOTICE_AGAIN_MS) seen->of[k].told = false;
        seen->of[k].told_count = 0;
        seen->of[k].count = 0;
        seen->of[k].urgent = false;
    }
    seen->begun = true;
    return count;
}
