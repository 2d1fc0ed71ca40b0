/* JSON -> struct order_rules; see order_rules.h. One function for each kind of value, and a table of which part is of which kind. */
#include "intake/order_rules.h"
#include "intake/profile.h"

struct rule_parse { struct arena *a; struct order_rules *rules; const char *what; };

static bool bad(struct rule_parse *p, const char *what)
{
    p->what = what;
    return false;
}

static struct text json_text(json_t *j) { return (struct text){ json_string_value(j), json_string_length(j) }; }

static bool parse_fields(struct rule_parse *p, json_t *j, bool flags[FIELD_COUNT])
{
    if (!json_is_array(j)) return bad(p, "a list of fields is expected");
    for (size_t i = 0; i < json_array_size(j); i++) {
        json_t *word = json_array_get(j, i);
        const enum field f = json_is_string(word) ? field_find(json_text(word)) : FIELD_NONE;
        if (f == FIELD_NONE) return bad(p, "there is no such field");
        flags[f] = true;
    }
    return true;
}

static bool parse_values(struct rule_parse *p, json_t *j, struct text values[FIELD_COUNT])
{
    const char *word;
    json_t *value;
    if (!json_is_object(j)) return bad(p, "a table of fields is expected");
    json_object_foreach(j, word, value)
    {
        const enum field f = field_find(text_from_cstr(word));
        if (f == FIELD_NONE) return bad(p, "there is no such field");
        if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) > 64) return bad(p, "a short text is expected");
        values[f] = arena_text(p->a, json_text(value));
    }
    return true;
}

/* Words as word_fold gives them, or headers as header_fold does. */
static bool parse_words(struct rule_parse *p, json_t *j, bool headers, struct word_list *ret)
{
    const size_t n = json_array_size(j);
    if (!json_is_array(j) || n > PROFILE_WORDS_MAX) return bad(p, "a list of words is expected");
    struct text *words = ARENA_ARRAY(p->a, struct text, n + 1);
    if (!words) return true; /* the arena's failure is looked at once, at the end */
    for (size_t i = 0; i < n; i++) {
        json_t *word = json_array_get(j, i);
        char folded[256];
        if (!json_is_string(word) || json_string_length(word) == 0) return bad(p, "a list of words is expected");
        words[i] = headers ? header_fold(p->a, json_text(word)) : arena_text(p->a, word_fold(json_text(word), folded, sizeof folded));
    }
    *ret = (struct word_list){ words, (int)n };
    return true;
}

static bool parse_sums(struct rule_parse *p, json_t *j)
{
    static const struct { const char *word; int bit; } sums[] = { { "total", SUM_TOTAL }, { "refund", SUM_REFUND }, { "pieces", SUM_PIECES } };
    if (!json_is_array(j)) return bad(p, "a list of total, refund and pieces is expected");
    for (size_t i = 0; i < json_array_size(j); i++) {
        json_t *word = json_array_get(j, i);
        size_t k = 0;
        while (k < sizeof sums / sizeof sums[0] && !(json_is_string(word) && text_is(json_text(word), sums[k].word))) k++;
        if (k == sizeof sums / sizeof sums[0]) return bad(p, "a list of total, refund and pieces is expected");
        p->rules->sums |= sums[k].bit;
    }
    return true;
}

static bool parse_decimal(struct rule_parse *p, json_t *j)
{
    const struct text word = json_is_string(j) ? json_text(j) : TEXT_NONE;
    if (text_is(word, "point")) p->rules->decimal = DECIMAL_POINT;
    else if (text_is(word, "comma")) p->rules->decimal = DECIMAL_COMMA;
    else if (text_is(word, "either")) p->rules->decimal = DECIMAL_EITHER;
    else return bad(p, "point, comma or either is expected");
    return true;
}

static bool parse_short(struct rule_parse *p, json_t *j, struct text *ret)
{
    if (!json_is_string(j) || json_string_length(j) == 0 || json_string_length(j) > 32) return bad(p, "a short text is expected");
    *ret = arena_text(p->a, json_text(j));
    return true;
}

static bool parse_item_parts(struct rule_parse *p, json_t *j, struct items_rule *ret)
{
    const char *name;
    json_t *value;
    if (!json_is_object(j) || json_object_size(j) > ITEM_PARTS_MAX) return bad(p, "a table of at most 16 parts is expected");
    json_object_foreach(j, name, value)
    {
        char folded[256];
        const struct text word = json_is_string(value) ? json_text(value) : TEXT_NONE;
        const enum field f = field_find(word);
        if (!json_is_string(value) || (word.len > 0 && (f == FIELD_NONE || !field_is_line(f)))) return bad(p, "a part of an item must name a field of a line");
        ret->parts[ret->part_count++] = (struct item_part){ arena_text(p->a, word_fold(text_from_cstr(name), folded, sizeof folded)), f };
    }
    return true;
}

static bool parse_items(struct rule_parse *p, json_t *j)
{
    struct items_rule *r = &p->rules->items;
    json_t *start = json_object_get(j, "start");
    if (!json_is_object(j) || json_object_size(j) != 4) return bad(p, "start, open, close and parts are expected");
    if (!json_is_string(start) || json_string_length(start) > 32) return bad(p, "an item's start is expected");
    r->before_no = text_cut(arena_text(p->a, json_text(start)), '#', &r->behind_no);
    if (r->before_no.len == 0 || r->behind_no.len == 0) return bad(p, "an item's start must stand around #");
    return parse_short(p, json_object_get(j, "open"), &r->open) && parse_short(p, json_object_get(j, "close"), &r->close) &&
           parse_item_parts(p, json_object_get(j, "parts"), r);
}

enum rule_read order_rule_parse(struct arena *a, const char *key, json_t *j, struct order_rules *rules, const char **ret_what)
{
    struct rule_parse p = { a, rules, "" };
    const struct text k = text_from_cstr(key);
    bool good;
    if (text_is(k, "added")) good = parse_fields(&p, j, rules->added);
    else if (text_is(k, "joined")) good = parse_fields(&p, j, rules->joined);
    else if (text_is(k, "whole")) good = parse_fields(&p, j, rules->whole);
    else if (text_is(k, "set")) good = parse_values(&p, j, rules->set);
    else if (text_is(k, "cut")) {
        good = parse_values(&p, j, rules->cut);
        for (int f = 1; f < FIELD_COUNT; f++) good = good && (rules->cut[f].len <= 1 || bad(&p, "one mark is expected"));
    }
    else if (text_is(k, "taken_off")) good = parse_words(&p, j, true, &rules->taken_off);
    else if (text_is(k, "nobody")) good = parse_words(&p, j, false, &rules->nobody);
    else if (text_is(k, "junk")) good = parse_words(&p, j, false, &rules->junk);
    else if (text_is(k, "ended")) good = parse_words(&p, j, false, &rules->ended);
    else if (text_is(k, "sums")) good = parse_sums(&p, j);
    else if (text_is(k, "decimal")) good = parse_decimal(&p, j);
    else if (text_is(k, "return_prefix")) good = parse_short(&p, j, &rules->return_prefix);
    else if (text_is(k, "items")) good = parse_items(&p, j);
    else if (text_is(k, "row_total")) good = (rules->row_total_is_line = json_is_string(j) && text_is(json_text(j), "line")) || bad(&p, "line is expected");
    else if (text_is(k, "ask_zone")) {
        rules->ask_zone = json_is_true(j);
        good = json_is_boolean(j) || bad(&p, "true or false is expected");
    } else return RULE_UNKNOWN;
    *ret_what = p.what;
    return good ? RULE_READ : RULE_BAD;
}

bool order_has_rules(const struct order_rules *rules)
{
    bool any = rules->nobody.count > 0;
    for (int f = 1; f < FIELD_COUNT; f++) any = any || rules->whole[f] || rules->set[f].len > 0 || rules->cut[f].len > 0;
    return any;
}

bool order_is_return(const struct order_rules *rules, struct text order_no)
{
    const struct text p = rules->return_prefix;
    return p.len > 0 && order_no.len > p.len && memcmp(order_no.ptr, p.ptr, p.len) == 0 && order_no.ptr[p.len] >= '0' && order_no.ptr[p.len] <= '9';
}
