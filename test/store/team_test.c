/* The team in a real store: what its books refuse and keep, and the demo shop's due reminders given out, which stay in the hands that have them
 * until somebody steps away. The clock is the test's own. */
#include "desk/answer.h"
#include "desk/demo.h"
#include "desk/team.h"
#include "store/audit_store.h"
#include "store/policy_store.h"
#include "own_store.h"

static void setup(void)
{
    int64_t saturday_ms;
    cr_assert(instant_parse(TEXT("2026-11-21T11:30:00+08:00"), &saturday_ms));
    own_store_setup(saturday_ms);
}

TestSuite(team, .init = setup, .fini = own_store_teardown, .timeout = 180);

static enum agent_result put(struct agent_put p, int64_t *ret)
{
    int64_t id = 0;
    if (p.kind == 0) p.kind = AGENT_SERVICE;
    const enum agent_result r = agent_put(&f.s, 1, &p, 0, &id);
    if (ret) *ret = id;
    return r;
}

static struct agent_books books(bool left)
{
    struct agent_books b;
    const int64_t day = f.now_ms / MS_PER_DAY;
    cr_assert(agent_books(&f.s, 1, &f.arena, &(struct agent_books_ask){ .from_day = day - 3, .until_day = day + 8, .over_after_ms = f.now_ms, .left = left }, &b), "%s",
              db_error_message(f.s.db));
    return b;
}

/* ---- the books ---- */

Test(team, names_and_limits_by_rows)
{
    static const char long_name[AGENT_NAME_BYTES + 1] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    const struct text nicks[] = { TEXT("shop:lin"), TEXT("小林") }, twice[] = { TEXT("a"), TEXT("a") }, bad[] = { TEXT("a\nb") }, of_zhu[] = { TEXT("阿竹") };
    int64_t lin, zhu;
    cr_expect_eq(put((struct agent_put){ .name = TEXT("Lin"), .nicks = nicks, .nick_count = 2 }, &lin), AGENT_OK);
    cr_expect_eq(put((struct agent_put){ .name = TEXT("阿竹"), .kind = AGENT_SPECIALIST, .chats_max = 200 }, &zhu), AGENT_OK);
    const struct { struct agent_put p; enum agent_result want; } rows[] = {
        { { .name = TEXT("") }, AGENT_BAD }, { { .name = TEXT(" Lin") }, AGENT_BAD }, { { .name = TEXT("a\tb") }, AGENT_BAD }, { { .name = TEXT("\xff") }, AGENT_BAD },
        { { .name = text_from_cstr(long_name) }, AGENT_BAD }, { { .name = TEXT("x"), .chats_max = 201 }, AGENT_BAD }, { { .name = TEXT("x"), .chats_max = -1 }, AGENT_BAD },
        { { .name = TEXT("Lin") }, AGENT_TAKEN }, { { .name = TEXT("x"), .nicks = nicks + 1, .nick_count = 1 }, AGENT_TAKEN },
        { { .name = TEXT("x"), .nicks = twice, .nick_count = 2 }, AGENT_TAKEN }, { { .name = TEXT("x"), .nicks = bad, .nick_count = 1 }, AGENT_BAD },
        { { .name = TEXT("小林") }, AGENT_TAKEN }, { { .name = TEXT("x"), .nicks = of_zhu, .nick_count = 1 }, AGENT_TAKEN },
        { { .name = TEXT("x"), .user_id = 77 }, AGENT_NONE }, { { .name = TEXT("x"), .agent_id = 99 }, AGENT_NONE },
        { { .agent_id = zhu, .name = TEXT("Lin") }, AGENT_TAKEN }, { { .agent_id = zhu, .name = TEXT("阿竹"), .kind = AGENT_SPECIALIST, .nicks = twice, .nick_count = 1 }, AGENT_OK },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) cr_expect_eq(put(rows[i].p, NULL), rows[i].want, "row %zu", i);
    const struct agent_books b = books(false);
    cr_expect_eq(b.agent_count, 2);
    cr_expect(agent_named(&b, TEXT("小林")) == agent_of(&b, lin) && agent_named(&b, TEXT("a")) == agent_of(&b, zhu) && !agent_named(&b, TEXT("x")));
    cr_expect_eq(agent_of(&b, zhu)->chats_max, 0, "all of it at once");
}

Test(team, hours_absences_and_leaving)
{
    const int64_t day = f.now_ms / MS_PER_DAY;
    int64_t lin;
    cr_assert_eq(put((struct agent_put){ .name = TEXT("Lin") }, &lin), AGENT_OK);
    cr_expect_eq(agent_week_put(&f.s, 1, lin, 7, 1, 0), AGENT_BAD);
    cr_expect_eq(agent_week_put(&f.s, 1, lin, 1, 1u << 24, 0), AGENT_BAD);
    cr_expect_eq(agent_week_put(&f.s, 1, lin + 1, 1, 1, 0), AGENT_NONE);
    cr_expect_eq(agent_week_put(&f.s, 1, lin, 5, 0x0700, 0), AGENT_OK);
    cr_expect_eq(agent_day_put(&f.s, 1, &(struct agent_day_put){ lin, day, 0x8000, false }, 0), AGENT_OK);
    cr_expect_eq(agent_day_put(&f.s, 1, &(struct agent_day_put){ lin, day + 1, 0x8000, false }, 0), AGENT_OK);
    cr_expect_eq(agent_day_put(&f.s, 1, &(struct agent_day_put){ lin, day + 1, 0, true }, 0), AGENT_OK);
    cr_expect_eq(agent_rota_put(&f.s, 1, 24, lin, 0), AGENT_BAD);
    cr_expect_eq(agent_rota_put(&f.s, 1, 3, lin + 1, 0), AGENT_NONE);
    cr_expect_eq(agent_rota_put(&f.s, 1, 3, lin, 0), AGENT_OK);
    struct agent_absence a = { .agent_id = lin, .from_ms = f.now_ms - 5, .until_ms = f.now_ms - 5, .why = ABSENCE_BREAK };
    cr_expect_eq(agent_absence_add(&f.s, 1, &a, 0), AGENT_BAD);
    a.until_ms = INSTANT_MAX;
    struct agent_absence never = { .agent_id = lin, .from_ms = INSTANT_LAST_MS, .until_ms = INSTANT_MAX, .why = ABSENCE_BREAK };
    cr_expect_eq(agent_absence_add(&f.s, 1, &never, 0), AGENT_BAD);
    cr_expect_eq(agent_absence_add(&f.s, 1, &a, 0), AGENT_OK);
    struct agent_absence later = { .agent_id = lin, .from_ms = f.now_ms + MS_PER_DAY, .until_ms = f.now_ms + 2 * MS_PER_DAY, .why = ABSENCE_LEAVE };
    cr_expect_eq(agent_absence_add(&f.s, 1, &later, 0), AGENT_OK);
    struct agent_books b = books(false);
    cr_expect(b.agents[0].week[5] == 0x0700 && b.day_count == 1 && b.days[0].hours == 0x8000 && b.rota[3] == lin && b.absence_count == 2);
    cr_expect(b.absences[0].until_ms == INSTANT_MAX && b.absences[0].why == ABSENCE_BREAK);
    cr_expect_eq(agent_absence_end(&f.s, 1, later.absence_id, f.now_ms, 0), AGENT_OK, "it has not begun: it goes");
    cr_expect_eq(agent_absence_end(&f.s, 1, a.absence_id, f.now_ms, 0), AGENT_OK);
    cr_expect_eq(agent_absence_end(&f.s, 1, a.absence_id, f.now_ms, 0), AGENT_NONE, "over already");
    cr_expect_eq(books(false).absence_count, 0);
    for (int i = 0; i < AGENT_ABSENCES_MAX; i++) {
        struct agent_absence x = { .agent_id = lin, .from_ms = f.now_ms + i, .until_ms = f.now_ms + MS_PER_DAY, .why = ABSENCE_OTHER };
        cr_assert_eq(agent_absence_add(&f.s, 1, &x, 0), AGENT_OK);
    }
    cr_expect_eq(agent_absence_add(&f.s, 1, &later, 0), AGENT_TOO_MANY);
    cr_expect_eq(put((struct agent_put){ .agent_id = lin, .name = TEXT("Lin"), .left = true }, NULL), AGENT_OK);
    cr_expect_eq(books(false).agent_count, 0);
    b = books(true);
    cr_expect(b.agent_count == 1 && b.agents[0].left && b.rota[3] == 0, "who left has no hours of the rota");
    cr_expect_eq(put((struct agent_put){ .name = TEXT("Lin") }, NULL), AGENT_TAKEN, "what was done keeps its name");
}

Test(team, many_people)
{
    char name[16];
    for (int i = 0; i < AGENTS_MAX; i++) {
        snprintf(name, sizeof name, "n%03d", i);
        cr_assert_eq(put((struct agent_put){ .name = text_from_cstr(name) }, NULL), AGENT_OK, "%d", i);
    }
    cr_expect_eq(put((struct agent_put){ .name = TEXT("one more") }, NULL), AGENT_TOO_MANY);
    cr_expect_eq(books(false).agent_count, AGENTS_MAX);
    struct audit_report audit;
    cr_expect(audit_verify(&f.s, 1, &audit) && audit.broken_seq == 0 && audit.rows >= AGENTS_MAX);
}

/* ---- giving out ---- */

struct given { struct shop shop; struct policy policy; struct team_due *due; int64_t n; struct assignment *got; struct team team; };

static void look(struct given *g)
{
    cr_assert(team_find(&f.s, &g->shop, &g->policy, &f.arena, f.now_ms, &g->team), "%s", db_error_message(f.s.db));
    cr_assert(team_assign(&f.arena, &g->team, g->due, g->n, g->got));
}

static int64_t of_rule(const struct given *g, const char *rule)
{
    int64_t n = 0;
    for (int64_t i = 0; i < g->n; i++) n += strcmp(g->got[i].reason.rule, rule) == 0;
    return n;
}

static int64_t hand_out(struct given *g)
{
    int64_t changed = -1;
    cr_assert(team_hand_out(&f.s, &g->shop, &g->policy, f.now_ms, g->due, g->n, &changed), "%s", db_error_message(f.s.db));
    return changed;
}

Test(team, what_is_given_out_stays_until_somebody_steps_away)
{
    const struct demo_options o = { .seed = 11, .now_ms = f.now_ms, .password_hashes = { "$h1", "$h2", "$h3", "$h4" } };
    struct demo_result made = { 0 };
    struct given g;
    cr_assert(demo_make(&f.s, &o, &made), "%s", db_error_message(f.s.db));
    g.shop = made.shop;
    cr_assert(policy_load(&f.s, &g.shop, &g.policy));
    cr_assert(db_commit(f.s.db));
    const struct answer_ask ask = { .store = &f.s, .shop = &g.shop, .policy = &g.policy, .now_ms = f.now_ms, .mask = ANSWER_ALL };
    cr_assert(answer_queue_due(&ask, &f.arena, &g.due, &g.n));
    g.got = ARENA_ARRAY(&f.arena, struct assignment, (size_t)g.n + 1);
    cr_assert(db_begin(f.s.db));
    cr_assert_geq(g.n, 5, "%lld due", (long long)g.n);
    look(&g);
    cr_expect_eq(g.team.books.agent_count, 4);
    cr_expect(of_rule(&g, "served") + of_rule(&g, "talking") + of_rule(&g, "served-full") > 0, "the list of chats tells who served whom");
    cr_expect_eq(of_rule(&g, "kept"), 0);
    int64_t theirs = 0;
    for (int64_t i = 0; i < g.n; i++) {
        theirs += g.got[i].agent >= 0;
        cr_expect(g.got[i].agent < 0 || g.team.agents[g.got[i].agent].here);
    }
    cr_expect_eq(hand_out(&g), theirs);
    cr_expect_eq(hand_out(&g), 0, "a second time changes nothing");
    look(&g);
    cr_expect_eq(of_rule(&g, "kept"), theirs);

    /* the first who has something steps away: what was theirs goes to others, what others have stays */
    int from = -1;
    for (int64_t i = 0; i < g.n && from < 0; i++) from = g.got[i].agent;
    cr_assert_geq(from, 0);
    const int had = g.team.reminders[from];
    struct agent_absence away = { .agent_id = g.team.agents[from].agent_id, .from_ms = f.now_ms, .until_ms = INSTANT_MAX, .why = ABSENCE_BREAK };
    cr_assert_eq(agent_absence_add(&f.s, 1, &away, 0), AGENT_OK);
    look(&g);
    cr_expect_eq(of_rule(&g, "kept"), theirs - had);
    for (int64_t i = 0; i < g.n; i++) cr_expect_neq(g.got[i].agent, from, "given to somebody who is away");
    cr_expect_eq(hand_out(&g), had);
    cr_assert_eq(agent_absence_end(&f.s, 1, away.absence_id, f.now_ms + 1, 0), AGENT_OK);
    f.now_ms += 2;
    look(&g);
    for (int64_t i = 0; i < g.n; i++)
        cr_expect(strcmp(g.got[i].reason.rule, "kept") != 0 || g.got[i].agent != from, "who comes back finds it with the others");

    /* all go home: nothing is in anybody's hands */
    for (int i = 0; i < g.team.books.agent_count; i++) {
        struct agent_absence home = { .agent_id = g.team.books.agents[i].agent_id, .from_ms = f.now_ms, .until_ms = f.now_ms + MS_PER_DAY, .why = ABSENCE_OTHER };
        cr_assert_eq(agent_absence_add(&f.s, 1, &home, 0), AGENT_OK);
    }
    hand_out(&g);
    look(&g);
    cr_expect_eq(of_rule(&g, "nobody-here"), g.n);
    struct hand *hands;
    int64_t hand_count;
    cr_assert(hand_list(&f.s, &g.shop, &f.arena, 0, INSTANT_MAX, &hands, &hand_count));
    cr_expect_eq(hand_count, 0);
}
