/* zhanggui team and team set: who is here with what in hand, whose hours and whose orders; and changing that, all of it or nothing. */
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/show.h"
#include "desk/team_change.h"

const struct option team_options[] = {
    OPTION_DB,
    OPTION_STORE,
    { "at", "TIME", false, { "as of that instant (default: now)", "按那一刻来看（默认现在）" } },
    OPTIONS_END,
};
const struct option team_set_options[] = { OPTION_DB, OPTION_STORE, OPTIONS_END };

/* ---- looking ---- */

/* "8-12, 14-18" of a list of hours. */
static struct text hours_text(struct cli *c, const json_t *hours)
{
    uint32_t bits = 0;
    struct text said = TEXT("-");
    for (size_t i = 0; i < json_array_size(hours); i++) bits |= 1u << (json_integer_value(json_array_get(hours, i)) & 31);
    for (int from = 0; from < 24; from++) {
        int until = from;
        while (until < 24 && bits >> until & 1u) until++;
        if (until == from) continue;
        said = text_is(said, "-") ? arena_printf(&c->arena, "%d-%d", from, until) : arena_printf(&c->arena, "%.*s, %d-%d", (int)said.len, said.ptr, from, until);
        from = until;
    }
    return said;
}

static const char *state_words(struct cli *c, struct text state)
{
    if (text_is(state, "here")) return c->zh ? "在岗" : "here";
    return text_is(state, "away") ? (c->zh ? "离岗" : "away") : (c->zh ? "下班" : "off");
}

static void agent_row(struct cli *c, struct table *t, const json_t *answer, const json_t *g)
{
    const json_t *days = json_object_get(g, "days"), *day = NULL;
    for (size_t i = 0; i < json_array_size(days); i++)
        if (text_eq(show_text(json_array_get(days, i), "day"), show_text(answer, "today"))) day = json_array_get(days, i);
    const bool specialist = text_is(show_text(g, "kind"), "specialist");
    table_row(t, (struct text[]){ show_text(g, "name"), text_from_cstr(specialist ? (c->zh ? "催付专员" : "specialist") : (c->zh ? "客服" : "service")),
                                  text_from_cstr(state_words(c, show_text(g, "state"))), show_when(c, g, "back_at"),
                                  arena_printf(&c->arena, "%lld/%lld", (long long)show_i64(g, "load"), (long long)show_i64(g, "limit")), cli_count(c, show_i64(g, "chats")),
                                  cli_count(c, show_i64(g, "reminders")), day ? hours_text(c, json_object_get(day, "hours")) : TEXT("-") });
}

static void print_team(struct cli *c, const json_t *answer)
{
    const json_t *agents = json_object_get(answer, "agents"), *due = json_object_get(answer, "due");
    struct table t;
    if (json_array_size(agents) == 0) {
        cli_say(c, "Nobody is on the team; zhanggui team set add=NAME puts somebody on it.", "班表里还没有人；zhanggui team set add=名字 可添加。");
        return;
    }
    table_begin(&t, c, (int)json_array_size(agents));
    table_column(&t, (struct words){ "who", "成员" }, false);
    table_column(&t, (struct words){ "work", "工作" }, false);
    table_column(&t, (struct words){ "now", "现在" }, false);
    table_column(&t, (struct words){ "from", "上班" }, false);
    table_column(&t, (struct words){ "in hand", "手上" }, true);
    table_column(&t, (struct words){ "chats", "会话" }, true);
    table_column(&t, (struct words){ "reminders", "催付" }, true);
    table_column(&t, (struct words){ "today", "今天班次" }, false);
    for (size_t i = 0; i < json_array_size(agents); i++) agent_row(c, &t, answer, json_array_get(agents, i));
    table_print(&t);
    cli_say(c, "%lld due, %lld wait in line, %lld with nobody", "待催付 %lld 单，排队 %lld 单，无人跟进 %lld 单", (long long)show_i64(due, "count"),
            (long long)show_i64(due, "in_line"), (long long)show_i64(due, "nobodys"));
}

static enum cli_exit show_team(struct cli *c, int64_t at_ms)
{
    struct ask a;
    enum answer_error error = ANSWER_OK;
    enum cli_exit exit = ask_begin(c, &a, at_ms);
    if (exit != CLI_DONE) return exit;
    json_t *answer = answer_team(&a.q, &(struct team_view){ .day = INT64_MIN }, &error);
    if (!ask_answered(c, &a, answer, error, &exit)) return exit;
    print_team(c, answer);
    json_decref(answer);
    return CLI_DONE;
}

enum cli_exit team_run(struct cli *c)
{
    int64_t at_ms;
    return cli_instant(c, "at", &at_ms) ? show_team(c, at_ms) : CLI_WRONG_USE;
}

/* ---- changing: each word is WHO.WHAT=VALUE, rota.HOURS=WHO or add=WHO ---- */

/* "9-18,20-24" or "none" -> [9, 10 ..]; NULL when it is neither. */
static json_t *hours_json(struct text s)
{
    json_t *list = json_array();
    if (text_is(s, "none")) return list;
    while (!text_empty(s)) {
        struct text rest, until;
        int64_t from = -1, to = -1;
        const struct text part = text_cut(s, ',', &rest), begin = text_cut(part, '-', &until);
        if (!text_to_i64(begin, &from) || (text_empty(until) ? (to = from + 1) < 0 : !text_to_i64(until, &to)) || from < 0 || to > 24 || from >= to) {
            json_decref(list);
            return NULL;
        }
        for (int64_t h = from; h < to; h++) json_array_append_new(list, json_integer(h));
        s = rest;
    }
    return list;
}

static int weekday_of(struct text s)
{
    static const char *const words[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    for (int i = 0; i < 7; i++)
        if (text_is(s, words[i])) return i;
    return -1;
}

/* "mon-fri:9-18" */
static bool week_changes(json_t *list, struct text who, struct text value)
{
    struct text hours, last;
    const struct text days = text_cut(value, ':', &hours), first = text_cut(days, '-', &last);
    const int from = weekday_of(first), to = text_empty(last) ? from : weekday_of(last);
    json_t *h = hours_json(hours);
    if (from < 0 || to < from || !h || text_empty(hours)) {
        json_decref(h);
        return false;
    }
    for (int d = from; d <= to; d++)
        json_array_append_new(list, json_pack("{s:s, s:s%, s:i, s:O}", "op", "week", "of", who.ptr, who.len, "weekday", d, "hours", h));
    json_decref(h);
    return true;
}

static bool rota_changes(json_t *list, struct text hours, struct text who)
{
    json_t *h = hours_json(hours), *v;
    size_t i;
    if (!h || text_empty(who)) {
        json_decref(h);
        return false;
    }
    json_array_foreach(h, i, v) {
        json_t *o = json_pack("{s:s, s:O}", "op", "rota", "hour", v);
        if (text_is(who, "none")) json_object_set_new(o, "agent", json_null());
        else json_object_set_new(o, "of", json_stringn(who.ptr, who.len));
        json_array_append_new(list, o);
    }
    json_decref(h);
    return true;
}

static json_t *nicks_json(struct text s)
{
    json_t *list = json_array();
    while (!text_empty(s)) {
        struct text rest;
        const struct text nick = text_trim(text_cut(s, ',', &rest));
        if (!text_empty(nick)) json_array_append_new(list, json_stringn(nick.ptr, nick.len));
        s = rest;
    }
    return list;
}

/* One field of somebody's own row; false when the value is none of it. */
static bool field_change(json_t *o, struct text what, struct text value)
{
    int64_t n;
    json_object_set_new(o, "op", json_string("agent"));
    if (text_is(what, "name") || text_is(what, "kind")) return json_object_set_new(o, text_is(what, "name") ? "name" : "kind", json_stringn(value.ptr, value.len)) == 0;
    if (text_is(what, "nicks")) return json_object_set_new(o, "nicks", nicks_json(value)) == 0;
    if (text_is(what, "left")) return (text_is(value, "yes") || text_is(value, "no")) && json_object_set_new(o, "left", json_boolean(text_is(value, "yes"))) == 0;
    if (text_is(what, "limit") && text_is(value, "default")) return json_object_set_new(o, "limit", json_null()) == 0;
    if (text_is(what, "account") && text_is(value, "none")) return json_object_set_new(o, "account", json_null()) == 0;
    if (!text_is(what, "limit") && !text_is(what, "account")) return false;
    return text_to_i64(value, &n) && json_object_set_new(o, text_is(what, "limit") ? "limit" : "account", json_integer(n)) == 0;
}

static bool whose_changes(json_t *list, struct text who, struct text what, struct text value)
{
    int64_t day;
    json_t *o;
    bool good = true;
    if (text_is(what, "week")) return week_changes(list, who, value);
    o = json_pack("{s:s%}", "of", who.ptr, who.len);
    if (text_is(what, "away")) {
        const bool until = !text_is(value, "now");
        json_object_set_new(o, "op", json_string("away"));
        if (until) json_object_set_new(o, "until", json_stringn(value.ptr, value.len));
    } else if (text_is(what, "back")) {
        json_object_set_new(o, "op", json_string("back"));
        good = text_is(value, "now");
    } else if (answer_day_parse(what, &day)) {
        json_t *hours = text_is(value, "week") ? json_null() : hours_json(value);
        json_object_set_new(o, "op", json_string("day"));
        json_object_set_new(o, "day", json_stringn(what.ptr, what.len));
        good = hours != NULL;
        json_object_set_new(o, "hours", hours ? hours : json_null());
    } else {
        good = field_change(o, what, value);
    }
    json_array_append_new(list, o);
    return good;
}

static bool word_changes(struct cli *c, json_t *list, const char *word)
{
    struct text value, what;
    const struct text name = text_cut(text_from_cstr(word), '=', &value), who = text_cut(name, '.', &what);
    bool good = strchr(word, '=') != NULL && !text_empty(value) && !text_empty(who);
    if (good && text_is(name, "add")) good = json_array_append_new(list, json_pack("{s:s, s:s%}", "op", "agent", "name", value.ptr, value.len)) == 0;
    else if (good && text_is(who, "rota")) good = rota_changes(list, what, value);
    else good = good && !text_empty(what) && whose_changes(list, who, what, value);
    if (good) return true;
    cli_fail(c, CLI_WRONG_USE, "team-word", "\"%s\" is not add=NAME, rota.8-12=NAME, NAME.limit=10, NAME.week=mon-fri:9-18, NAME.2026-11-11=9-24, NAME.away=now or the like",
             "“%s”不是 add=名字、rota.8-12=名字、名字.limit=10、名字.week=mon-fri:9-18、名字.2026-11-11=9-24、名字.away=now 之类", word);
    return false;
}

enum cli_exit team_set_run(struct cli *c)
{
    struct desk_message m = { 0 };
    struct ask a;
    json_t *changes = json_array();
    enum cli_exit exit = CLI_WRONG_USE;

    for (int i = 0; i < c->operand_count; i++)
        if (!word_changes(c, changes, c->operands[i])) goto out;
    exit = ask_begin(c, &a, INSTANT_NONE); /* which store, before anything is written */
    if (exit != CLI_DONE) goto out;
    ask_end(&a);
    struct desk *d = open_desk(c, false);
    exit = CLI_COULD_NOT;
    if (!d) goto out;
    const struct team_ask ask = { .store = text_from_cstr(a.shop.key), .changes = changes };
    const enum desk_result r = desk_team_change(d, &ask, &m);
    desk_close(d);
    exit = r == DESK_DONE ? show_team(c, INSTANT_NONE) : fail_desk(c, &m);
out:
    json_decref(changes);
    return exit;
}
