/* Which campaign rules the moment, in which phase, and the sentence that says so. */
#include <assert.h>
#include <inttypes.h>
#include "core/run/today.h"
#include "core/words.h"

static enum campaign_phase phase_at(const struct campaign *c, int64_t now_ms)
{
    if (now_ms < c->build_up_from_ms || now_ms >= c->review_until_ms) return PHASE_NONE;
    if (now_ms < c->warm_up_from_ms) return PHASE_BUILD_UP;
    if (now_ms < c->event_from_ms) return PHASE_WARM_UP;
    if (now_ms < c->event_until_ms) return PHASE_EVENT;
    return PHASE_REVIEW;
}

static int phase_weight(enum campaign_phase p)
{
    switch (p) {
    case PHASE_NONE: return 0;
    case PHASE_BUILD_UP: return 1;
    case PHASE_REVIEW: return 2;
    case PHASE_WARM_UP: return 3;
    case PHASE_EVENT: return 4;
    }
    return 0;
}

static int64_t phase_since_ms(const struct campaign *c, enum campaign_phase p)
{
    switch (p) {
    case PHASE_NONE: return INSTANT_NONE;
    case PHASE_BUILD_UP: return c->build_up_from_ms;
    case PHASE_WARM_UP: return c->warm_up_from_ms;
    case PHASE_EVENT: return c->event_from_ms;
    case PHASE_REVIEW: return c->event_until_ms;
    }
    return INSTANT_NONE;
}

static int64_t phase_until_ms(const struct campaign *c, enum campaign_phase p)
{
    switch (p) {
    case PHASE_NONE: return INSTANT_NONE;
    case PHASE_BUILD_UP: return c->warm_up_from_ms;
    case PHASE_WARM_UP: return c->event_from_ms;
    case PHASE_EVENT: return c->event_until_ms;
    case PHASE_REVIEW: return c->review_until_ms;
    }
    return INSTANT_NONE;
}

/* "tomorrow", "in 12 days"; an event that starts later today says its hour. */
static void until_event(struct arena *a, const struct campaign *c, int64_t now_ms, const struct zone *z, struct text *en,
                        struct text *zh)
{
    int64_t days = zone_day(z, c->event_from_ms) - zone_day(z, now_ms);
    if (days == 0) {
        struct text clock_en = words_at(a, c->event_from_ms, now_ms, z, false);
        struct text clock_zh = words_at(a, c->event_from_ms, now_ms, z, true);
        *en = arena_printf(a, "starts today %.*s", (int)clock_en.len, clock_en.ptr);
        *zh = arena_printf(a, "%.*s 开始", (int)clock_zh.len, clock_zh.ptr);
    } else if (days == 1) {
        *en = TEXT("starts tomorrow");
        *zh = TEXT("明天开始");
    } else {
        *en = arena_printf(a, "starts in %" PRId64 " days", days);
        *zh = arena_printf(a, "还有 %" PRId64 " 天开始", days);
    }
}

static void moment_quiet(struct arena *a, const struct campaign *c, int n, int64_t now_ms, const struct zone *z,
                         struct moment *m)
{
    const struct campaign *next = NULL;
    for (int i = 0; i < n; i++)
        if (c[i].event_from_ms > now_ms && (next == NULL || c[i].event_from_ms < next->event_from_ms)) next = &c[i];
    if (next == NULL) {
        m->en = TEXT("An ordinary day, no campaign ahead");
        m->zh = TEXT("日常经营，暂无活动安排");
        return;
    }
    struct text en, zh;
    until_event(a, next, now_ms, z, &en, &zh);
    m->en = arena_printf(a, "An ordinary day; %.*s %.*s", (int)next->name_en.len, next->name_en.ptr, (int)en.len, en.ptr);
    m->zh = arena_printf(a, "日常经营；%.*s%.*s", (int)next->name_zh.len, next->name_zh.ptr, (int)zh.len, zh.ptr);
}

static void moment_words(struct arena *a, const struct campaign *c, int64_t now_ms, const struct zone *z, struct moment *m)
{
    int en_len = (int)c->name_en.len, zh_len = (int)c->name_zh.len;
    struct text left_en = words_duration(a, m->until_ms - now_ms, false), left_zh = words_duration(a, m->until_ms - now_ms, true);
    struct text start_en, start_zh;
    until_event(a, c, now_ms, z, &start_en, &start_zh);

    switch (m->phase) {
    case PHASE_NONE:
        break;
    case PHASE_BUILD_UP:
    case PHASE_WARM_UP:
        m->en = arena_printf(a, "%.*s, %s, %.*s", en_len, c->name_en.ptr, m->phase == PHASE_BUILD_UP ? "build-up" : "warm-up",
                             (int)start_en.len, start_en.ptr);
        m->zh = arena_printf(a, "%.*s%s，%.*s", zh_len, c->name_zh.ptr, m->phase == PHASE_BUILD_UP ? "造势期" : "预热期",
                             (int)start_zh.len, start_zh.ptr);
        break;
    case PHASE_EVENT: {
        int64_t day = (now_ms - c->event_from_ms) / MS_PER_DAY + 1;
        int64_t days = (c->event_until_ms - c->event_from_ms + MS_PER_DAY - 1) / MS_PER_DAY;
        m->en = arena_printf(a, "%.*s, day %" PRId64 " of %" PRId64 ", %.*s left", en_len, c->name_en.ptr, day, days,
                             (int)left_en.len, left_en.ptr);
        m->zh = arena_printf(a, "%.*s第 %" PRId64 " 天（共 %" PRId64 " 天），还剩 %.*s", zh_len, c->name_zh.ptr, day, days,
                             (int)left_zh.len, left_zh.ptr);
        break;
    }
    case PHASE_REVIEW:
        m->en = arena_printf(a, "%.*s is over; review phase, %.*s left", en_len, c->name_en.ptr, (int)left_en.len, left_en.ptr);
        m->zh = arena_printf(a, "%.*s已结束，复盘期还剩 %.*s", zh_len, c->name_zh.ptr, (int)left_zh.len, left_zh.ptr);
        break;
    }
}

struct moment moment_at(struct arena *a, const struct campaign *c, int n, int64_t now_ms, const struct zone *store_zone)
{
    struct moment m = { PHASE_NONE, -1, INSTANT_NONE, INSTANT_NONE, TEXT_NONE, TEXT_NONE };
    assert(n >= 0);

    for (int i = 0; i < n; i++) {
        enum campaign_phase p = phase_at(&c[i], now_ms);
        int heavier = phase_weight(p) - phase_weight(m.phase);
        if (p == PHASE_NONE || heavier < 0) continue;
        if (heavier == 0 && phase_since_ms(&c[i], p) <= m.since_ms) continue;
        m.phase = p;
        m.campaign = i;
        m.since_ms = phase_since_ms(&c[i], p);
        m.until_ms = phase_until_ms(&c[i], p);
    }
    if (m.campaign < 0) moment_quiet(a, c, n, now_ms, store_zone, &m);
    else moment_words(a, &c[m.campaign], now_ms, store_zone, &m);
    return m;
}
