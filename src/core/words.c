/* Durations, clock times and money as a seller reads them. */
#include <assert.h>
#include <inttypes.h>
#include "core/words.h"

struct text words_duration(struct arena *a, int64_t duration_ms, bool zh)
{
    int64_t minutes = duration_ms > 0 ? duration_ms / MS_PER_MIN : 0;
    int64_t days = minutes / 1440, hours = minutes / 60 % 24, rest = minutes % 60;

    if (minutes == 0) return zh ? TEXT("不到 1 分钟") : TEXT("less than a minute");
    if (days > 0 && hours > 0)
        return arena_printf(a, zh ? "%" PRId64 " 天 %" PRId64 " 小时" : "%" PRId64 " d %" PRId64 " h", days, hours);
    if (days > 0) return arena_printf(a, zh ? "%" PRId64 " 天" : "%" PRId64 " d", days);
    if (hours > 0 && rest > 0)
        return arena_printf(a, zh ? "%" PRId64 " 小时 %" PRId64 " 分钟" : "%" PRId64 " h %" PRId64 " min", hours, rest);
    if (hours > 0) return arena_printf(a, zh ? "%" PRId64 " 小时" : "%" PRId64 " h", hours);
    return arena_printf(a, zh ? "%" PRId64 " 分钟" : "%" PRId64 " min", rest);
}

struct text words_clock(struct arena *a, int64_t at_ms, int64_t now_ms, const struct zone *z, bool zh)
{
    static const char *const month[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct civil c = zone_civil(z, at_ms);
    int64_t days = zone_day(z, at_ms) - zone_day(z, now_ms);

    if (days == 0) return arena_printf(a, zh ? "今天 %02d:%02d" : "%02d:%02d", c.hour, c.minute);
    if (days == 1) return arena_printf(a, zh ? "明天 %02d:%02d" : "tomorrow %02d:%02d", c.hour, c.minute);
    if (days == -1) return arena_printf(a, zh ? "昨天 %02d:%02d" : "yesterday %02d:%02d", c.hour, c.minute);
    if (zh) return arena_printf(a, "%d月%d日 %02d:%02d", c.month, c.day, c.hour, c.minute);
    assert(c.month >= 1 && c.month <= 12);
    return arena_printf(a, "%d %s %02d:%02d", c.day, month[c.month - 1], c.hour, c.minute);
}

struct text words_at(struct arena *a, int64_t at_ms, int64_t now_ms, const struct zone *z, bool zh)
{
    struct text clock = words_clock(a, at_ms, now_ms, z, zh);
    int64_t days = zone_day(z, at_ms) - zone_day(z, now_ms);
    if (zh || days == 1 || days == -1) return clock;
    return arena_printf(a, "%s %.*s", days == 0 ? "at" : "on", (int)clock.len, clock.ptr);
}

struct text words_minute(struct arena *a, int minute_of_day)
{
    return arena_printf(a, "%02d:%02d", minute_of_day / 60, minute_of_day % 60);
}

#define WORDS(literal) { literal, sizeof(literal) - 1 }
static struct text words_symbol(struct currency c)
{
    static const struct { const char code[4]; struct text symbol; } table[] = {
        { "CNY", WORDS("¥") }, { "USD", WORDS("$") }, { "EUR", WORDS("€") }, { "GBP", WORDS("£") }, { "JPY", WORDS("JP¥") },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (memcmp(table[i].code, c.code, 3) == 0) return table[i].symbol;
    return TEXT_NONE;
}

struct text words_money(struct arena *a, int64_t minor, struct currency c)
{
    struct text plain = money_print(a, (struct money){ minor, c });
    struct text symbol = words_symbol(c);
    bool negative = plain.len > 0 && plain.ptr[0] == '-';
    size_t from = negative ? 1 : 0, digits = 0, at = 0;
    char grouped[64];

    while (from + digits < plain.len && plain.ptr[from + digits] != '.') digits++;
    for (size_t i = from; i < plain.len && at < sizeof grouped - 1; i++) {
        size_t left = digits - (i - from); /* digits from here to the point; wraps after it, where it is not used */
        if (i > from && i - from < digits && left % 3 == 0) grouped[at++] = ',';
        grouped[at++] = plain.ptr[i];
    }
    if (symbol.len == 0) return arena_printf(a, "%s%s %.*s", negative ? "-" : "", c.code, (int)at, grouped);
    return arena_printf(a, "%s%.*s%.*s", negative ? "-" : "", (int)symbol.len, symbol.ptr, (int)at, grouped);
}

struct text words_count(struct arena *a, int64_t n, const char *one, const char *many)
{
    return arena_printf(a, "%" PRId64 " %s", n, n == 1 ? one : many);
}
