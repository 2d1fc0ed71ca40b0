/* See pace.h. */
#include "channel/pace.h"
#include <assert.h>
#include <string.h>

static void forget(struct pace *p, int64_t now_ms)
{
    int gone = 0;
    while (gone < p->n && p->at_ms[gone] + PACE_WINDOW_MS <= now_ms) gone++;
    p->n -= gone;
    memmove(p->at_ms, p->at_ms + gone, (size_t)p->n * sizeof p->at_ms[0]);
    memmove(p->urgent, p->urgent + gone, (size_t)p->n * sizeof p->urgent[0]);
}

int64_t pace_free_ms(struct pace *p, int64_t now_ms, bool urgent)
{
    if (p->n > 0 && now_ms < p->at_ms[p->n - 1]) now_ms = p->at_ms[p->n - 1];
    forget(p, now_ms);
    int ordinary = 0;
    int64_t free_ms = now_ms;
    for (int i = 0; i < p->n; i++) ordinary += !p->urgent[i];
    if (p->n == PACE_MESSAGES) free_ms = p->at_ms[0] + PACE_WINDOW_MS;
    for (int i = 0; !urgent && ordinary >= PACE_ORDINARY && i < p->n; i++) {
        if (p->urgent[i]) continue;
        if (p->at_ms[i] + PACE_WINDOW_MS > free_ms) free_ms = p->at_ms[i] + PACE_WINDOW_MS;
        break;
    }
    return free_ms;
}

void pace_take(struct pace *p, int64_t now_ms, bool urgent)
{
    if (p->n > 0 && now_ms < p->at_ms[p->n - 1]) now_ms = p->at_ms[p->n - 1];
    forget(p, now_ms);
    assert(p->n < PACE_MESSAGES && "asked before");
    p->at_ms[p->n] = now_ms;
    p->urgent[p->n++] = urgent;
}
