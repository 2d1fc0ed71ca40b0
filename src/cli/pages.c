/* See pages.h. */
#include "cli/pages.h"
#include "base/limits.h"

bool pages_limit(struct cli *c, int64_t *ret)
{
    if (!cli_number(c, "limit", 0, INT64_MAX / 2, 50, ret)) return false;
    if (*ret == 0) *ret = PAGES_ALL;
    return true;
}

bool pages_bound(struct cli *c, const struct ask *a, const char *name, int64_t *ret_ms)
{
    int64_t day;
    *ret_ms = INSTANT_NONE;
    if (!cli_value(c, name)) return true;
    if (!cli_day(c, name, &day)) return false;
    *ret_ms = zone_day_start_ms(a->shop.zone, day);
    return true;
}

/* The next page in p->page (kept until the next call); false at the end or, with *ret_error set, on a failure. */
static bool next_page(struct pages *p, enum answer_error *ret_error)
{
    const json_t *next = p->page ? json_object_get(p->page, "next") : NULL;
    struct text after = TEXT_NONE;

    *ret_error = ANSWER_OK;
    if (p->page && (!json_is_string(next) || p->left <= 0)) return false;
    if (next) after = arena_text(&p->c->arena, text_from_cstr(json_string_value(next)));
    json_decref(p->page);
    p->page = p->ask(p, after, p->left < LIMIT_PAGE_ROWS ? (int)p->left : LIMIT_PAGE_ROWS, ret_error);
    if (!p->page) return false;
    p->left -= (int64_t)json_array_size(json_object_get(p->page, p->list));
    return true;
}

static enum cli_exit pages_end(struct pages *p, enum cli_exit exit)
{
    json_decref(p->page);
    p->page = NULL;
    return exit;
}

enum cli_exit pages_json(struct pages *p, const char *const *heads, size_t head_count)
{
    struct cli *c = p->c;
    enum answer_error error;
    bool first = true;

    while (next_page(p, &error)) {
        const json_t *rows = json_object_get(p->page, p->list);
        if (!c->json_started) {
            c->json_started = true;
            for (size_t i = 0; i < head_count; i++) {
                fprintf(c->out, "%s\"%s\":", i ? "," : "{", heads[i]);
                json_dumpf(json_object_get(p->page, heads[i]), c->out, JSON_ENCODE_ANY | JSON_COMPACT);
            }
            fprintf(c->out, ",\"%s\":[", p->list);
        }
        for (size_t i = 0; i < json_array_size(rows); i++) {
            fputs(first ? "\n" : ",\n", c->out);
            json_dumpf(json_array_get(rows, i), c->out, JSON_COMPACT);
            first = false;
        }
    }
    if (error != ANSWER_OK) return pages_end(p, fail_answer(c, p->a, error));
    fputs("],\"next\":", c->out);
    json_dumpf(json_object_get(p->page, "next"), c->out, JSON_ENCODE_ANY);
    fputs("}\n", c->out);
    return pages_end(p, CLI_DONE);
}

enum cli_exit pages_tables(struct pages *p, void (*print)(struct cli *c, const json_t *page), bool with_age, struct words none)
{
    struct cli *c = p->c;
    enum answer_error error;
    int64_t rows = 0;

    while (next_page(p, &error)) {
        if (with_age && rows == 0) show_age(c, p->page);
        rows += (int64_t)json_array_size(json_object_get(p->page, p->list));
        if (rows > 0) print(c, p->page);
    }
    if (error != ANSWER_OK) return pages_end(p, fail_answer(c, p->a, error));
    if (rows == 0) cli_say(c, "%s", "%s", cli_pick(c, none));
    else if (json_is_string(json_object_get(p->page, "next"))) cli_say(c, "... and more; --limit 0 shows all", "……还有；--limit 0 显示全部");
    return pages_end(p, CLI_DONE);
}
