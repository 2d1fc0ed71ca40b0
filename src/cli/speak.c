/* How the command line speaks: sentences in the reader's language, errors on standard error, figures as people write
 * them, progress only where somebody watches. */
#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include "cli/cli.h"

bool cli_lang_is_zh(const char *lc_all, const char *lc_messages, const char *lang)
{
    const char *which = lc_all && *lc_all ? lc_all : lc_messages && *lc_messages ? lc_messages : lang;
    return which && strncmp(which, "zh", 2) == 0;
}

const char *cli_pick(const struct cli *c, struct words w) { return c->zh ? w.zh : w.en; }
struct text cli_pick_text(const struct cli *c, struct text en, struct text zh) { return c->zh ? zh : en; }
const char *cli_cstr(struct cli *c, struct text t)
{
    struct text copy = arena_text(&c->arena, t);
    return copy.ptr ? copy.ptr : "";
}

void cli_put(FILE *to, struct text s)
{
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char b = (unsigned char)s.ptr[i], next = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0;
        const bool two = b == 0xc2 && next >= 0x80 && next < 0xa0;
        fputc(b < 0x20 || b == 0x7f || two ? ' ' : b, to);
        if (two) i++;
    }
}

enum cli_exit cli_fail_text(struct cli *c, enum cli_exit exit, const char *code, struct text en, struct text zh)
{
    struct text say = c->zh && !text_empty(zh) ? zh : en;

    if (c->json && !c->json_started) {
        json_t *error = json_pack("{s:{s:s, s:s%, s:s%}}", "error", "code", code, "en", en.ptr, en.len, "zh", zh.ptr, zh.len);
        if (error) {
            json_dumpf(error, c->out, JSON_COMPACT);
            fputc('\n', c->out);
            json_decref(error);
        }
        c->json_started = true;
    }
    fflush(c->out);
    fputs("zhanggui: ", c->err);
    cli_put(c->err, say);
    fputc('\n', c->err);
    return exit;
}

enum cli_exit cli_fail(struct cli *c, enum cli_exit exit, const char *code, const char *en, const char *zh, ...)
{
    struct text said_en, said_zh;
    va_list args, again;

    va_start(args, zh);
    va_copy(again, args);
    said_en = arena_vprintf(&c->arena, en, args);
    said_zh = arena_vprintf(&c->arena, zh, again);
    va_end(again);
    va_end(args);
    return cli_fail_text(c, exit, code, said_en.ptr ? said_en : TEXT("out of memory"), said_zh.ptr ? said_zh : TEXT("内存不足"));
}

enum cli_exit cli_json(struct cli *c, struct json_t *answer)
{
    if (!answer) return cli_fail_text(c, CLI_COULD_NOT, "memory", TEXT("Memory ran out"), TEXT("内存不足"));
    c->json_started = true;
    json_dumpf(answer, c->out, JSON_COMPACT);
    fputc('\n', c->out);
    json_decref(answer);
    return CLI_DONE;
}

void cli_say(struct cli *c, const char *en, const char *zh, ...)
{
    va_list args;

    va_start(args, zh);
    cli_put(c->out, arena_vprintf(&c->arena, c->zh ? zh : en, args));
    va_end(args);
    fputc('\n', c->out);
}

void cli_warn(struct cli *c, const char *en, const char *zh, ...)
{
    va_list args;

    va_start(args, zh);
    fputs("zhanggui: ", c->err);
    cli_put(c->err, arena_vprintf(&c->arena, c->zh ? zh : en, args));
    va_end(args);
    fputc('\n', c->err);
}

/* Digits in groups of three; anything after the point stays as it is. */
static struct text grouped(struct cli *c, struct text plain)
{
    size_t sign = plain.len > 0 && plain.ptr[0] == '-', whole = sign, n = 0;
    char *out = ARENA_ARRAY(&c->arena, char, plain.len * 2 + 1);

    if (!out) return plain;
    while (whole < plain.len && plain.ptr[whole] != '.') whole++;
    for (size_t i = 0; i < plain.len; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0) out[n++] = ',';
        out[n++] = plain.ptr[i];
    }
    return (struct text){ out, n };
}

struct text cli_count(struct cli *c, int64_t n) { return grouped(c, arena_printf(&c->arena, "%" PRId64, n)); }

struct text cli_money(struct cli *c, int64_t minor, struct currency currency)
{
    if (minor == INT64_MIN) return TEXT("-");
    return grouped(c, money_print(&c->arena, (struct money){ minor, currency }));
}

struct text cli_share(struct cli *c, int64_t basis_points)
{
    int64_t tenths = (basis_points + 5) / 10;
    return arena_printf(&c->arena, "%" PRId64 ".%" PRId64 " %%", tenths / 10, tenths % 10);
}

struct text cli_age(struct cli *c, int64_t s)
{
    if (s < 3600) return arena_printf(&c->arena, c->zh ? "%" PRId64 " 分钟" : "%" PRId64 " min", s / 60);
    if (s < 86400)
        return arena_printf(&c->arena, c->zh ? "%" PRId64 " 小时 %" PRId64 " 分钟" : "%" PRId64 " h %" PRId64 " min",
                            s / 3600, s % 3600 / 60);
    return arena_printf(&c->arena, c->zh ? "%" PRId64 " 天 %" PRId64 " 小时" : "%" PRId64 " d %" PRId64 " h",
                        s / 86400, s % 86400 / 3600);
}

struct text cli_when(struct cli *c, int64_t at_ms, const struct zone *z)
{
    struct civil t;

    if (at_ms == INSTANT_NONE) return TEXT("-");
    t = zone_civil(z, at_ms);
    return arena_printf(&c->arena, "%04d-%02d-%02d %02d:%02d", t.year, t.month, t.day, t.hour, t.minute);
}

void progress_begin(struct progress *p, struct cli *c)
{
    *p = (struct progress){ .c = c, .start_us = c->env->monotonic_us(c->env->ctx) };
    p->last_us = p->start_us;
}

void progress_show(struct progress *p, const char *en, const char *zh, ...)
{
    int64_t now_us = p->c->env->monotonic_us(p->c->env->ctx);
    va_list args;

    if (!p->c->err_tty || now_us - p->last_us < 100000) return;
    p->last_us = now_us;
    p->shown = true;
    fputs("\r\033[K", p->c->err);
    va_start(args, zh);
    vfprintf(p->c->err, p->c->zh ? zh : en, args);
    va_end(args);
    fflush(p->c->err);
}

void progress_end(struct progress *p)
{
    if (p->shown) fputs("\r\033[K", p->c->err);
    p->shown = false;
}
