/* See digest.h. */
#include "channel/digest.h"
#include <stdio.h>

static int reds(const struct digest *d)
{
    int n = 0;
    while (n < d->n && d->waiting[n].urgent) n++;
    return n;
}

void digest_add(struct digest *d, int64_t now_ms, struct text notice, bool urgent)
{
    const int red = reds(d), at = urgent ? red : d->n;
    if (d->n == DIGEST_NOTICES) {
        d->left_out++;
        if (!urgent || red == DIGEST_NOTICES) return;
        d->n--; /* the last ordinary one gives way */
    }
    memmove(d->waiting + at + 1, d->waiting + at, (size_t)(d->n - at) * sizeof d->waiting[0]);
    d->waiting[at] = (struct digest_notice){ .since_ms = now_ms, .urgent = urgent };
    text_copy(d->waiting[at].text, sizeof d->waiting[at].text, notice);
    d->n++;
}

int64_t digest_due_ms(struct digest *d, int64_t now_ms)
{
    if (d->n == 0) return INT64_MAX;
    const bool urgent = d->waiting[0].urgent;
    int64_t due_ms = urgent ? now_ms : d->waiting[0].since_ms + DIGEST_GATHER_MS;
    if (due_ms > now_ms + DIGEST_GATHER_MS) due_ms = now_ms + DIGEST_GATHER_MS; /* the clock was set back */
    const int64_t free_ms = pace_free_ms(&d->pace, now_ms, urgent);
    return due_ms > free_ms ? due_ms : free_ms;
}

/* One red notice while there is room for more messages; all of them in the last one that the minute allows. */
static int how_many(const struct digest *d, bool urgent)
{
    if (!urgent) return d->n;
    return d->pace.n < PACE_MESSAGES - 1 ? 1 : reds(d);
}

bool digest_take(struct digest *d, int64_t now_ms, bool zh, char ret[DIGEST_TEXT_BYTES], bool *ret_urgent)
{
    if (digest_due_ms(d, now_ms) > now_ms) return false;
    const bool urgent = d->waiting[0].urgent;
    const int most = how_many(d, urgent);
    size_t len = 0;
    int taken = 0;
    while (taken < most) {
        const size_t n = strlen(d->waiting[taken].text);
        if (taken > 0 && len + n + 1 + 80 > DIGEST_TEXT_BYTES) break; /* the rest goes next time; 80: the sentence below */
        if (taken > 0) ret[len++] = '\n';
        memcpy(ret + len, d->waiting[taken].text, n);
        len += n;
        taken++;
    }
    ret[len] = '\0';
    d->n -= taken;
    memmove(d->waiting, d->waiting + taken, (size_t)d->n * sizeof d->waiting[0]);
    if (d->left_out > 0) {
        snprintf(ret + len, DIGEST_TEXT_BYTES - len, zh ? "\n另有 %d 条未列出。" : "\nAnd %d more.", d->left_out);
        d->left_out = 0;
    }
    pace_take(&d->pace, now_ms, urgent);
    *ret_urgent = urgent;
    return true;
}
