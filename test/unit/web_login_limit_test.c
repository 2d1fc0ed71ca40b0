/* A hundred thousand guesses in simulated time, and the person who must still get in. */
#include <criterion/criterion.h>
#include "web/login_limit.h"

#define START INT64_C(1600000000000)
static struct login_limit limit;

static struct login_keys keys(uint64_t account, uint64_t address) { return (struct login_keys){ account, address, account * 1000003 + address }; }

Test(web_login_limit, one_account_is_guessed_at_slowly)
{
    struct login_keys k = keys(7, 9);
    int tried = 0;
    limit = (struct login_limit){ 0 };
    for (int i = 0; i < 100000; i++) tried += login_limit_ask(&limit, &k, START + (int64_t)i * 864) == 0; /* over a day */
    cr_assert_geq(tried, LOGIN_FREE_ACCOUNT);
    cr_assert_leq(tried, LOGIN_FREE_ACCOUNT + 10 + 96, "%d", tried); /* doublings, then one each quarter of an hour */
}

Test(web_login_limit, many_addresses_do_not_help_against_one_account)
{
    int tried = 0;
    limit = (struct login_limit){ 0 };
    for (int i = 0; i < 100000; i++) {
        struct login_keys k = keys(7, 100 + (uint64_t)i);
        tried += login_limit_ask(&limit, &k, START + (int64_t)i * 864) == 0;
    }
    cr_assert_leq(tried, LOGIN_FREE_ACCOUNT + 10 + 96, "%d", tried);
}

Test(web_login_limit, many_accounts_do_not_help_from_one_address)
{
    int tried = 0;
    limit = (struct login_limit){ 0 };
    for (int i = 0; i < 100000; i++) {
        struct login_keys k = keys(100 + (uint64_t)i, 9);
        tried += login_limit_ask(&limit, &k, START + (int64_t)i * 864) == 0;
    }
    cr_assert_leq(tried, LOGIN_FREE_ADDRESS + 10 + 96, "%d", tried);
}

Test(web_login_limit, many_of_both_meet_the_budget)
{
    int tried = 0;
    limit = (struct login_limit){ 0 };
    for (int i = 0; i < 100000; i++) {
        struct login_keys k = keys(100 + (uint64_t)i, 200 + (uint64_t)i);
        tried += login_limit_ask(&limit, &k, START + (int64_t)i * 10) == 0; /* 1,000 s */
    }
    cr_assert_leq(tried, LOGIN_BUDGET_BURST + 1000 * LOGIN_BUDGET_PER_S + 1, "%d", tried);
    cr_assert_geq(tried, 1000 * LOGIN_BUDGET_PER_S - 100, "%d", tried);
}

Test(web_login_limit, tries_at_the_same_moment_are_counted)
{
    struct login_keys k = keys(7, 9);
    int tried = 0;
    limit = (struct login_limit){ 0 };
    for (int i = 0; i < 1000; i++) tried += login_limit_ask(&limit, &k, START) == 0;
    cr_assert_eq(tried, LOGIN_FREE_ACCOUNT);
}

Test(web_login_limit, the_person_gets_in_from_a_known_place_while_others_guess)
{
    struct login_keys home = keys(7, 9);
    limit = (struct login_limit){ 0 };
    cr_assert_eq(login_limit_ask(&limit, &home, START), 0);
    login_limit_passed(&limit, &home, START);
    for (int i = 0; i < 5000; i++) {
        struct login_keys stranger = keys(7, 1000 + (uint64_t)i);
        (void)login_limit_ask(&limit, &stranger, START + 1000 + i);
    }
    cr_assert_eq(login_limit_ask(&limit, &home, START + 6500), 0);
    struct login_keys elsewhere = keys(7, 4);
    cr_assert_gt(login_limit_ask(&limit, &elsewhere, START + 6500), 0);
}

Test(web_login_limit, the_wait_ends_and_failures_are_forgotten)
{
    struct login_keys k = keys(7, 9);
    int64_t now = START;
    limit = (struct login_limit){ 0 };
    for (int i = 0; i < 20; i++) {
        int64_t wait = login_limit_ask(&limit, &k, now);
        cr_assert_leq(wait, LOGIN_DELAY_MAX_MS);
        now += wait;
        if (wait) cr_assert_eq(login_limit_ask(&limit, &k, now), 0, "after the wait it goes on");
    }
    now += LOGIN_FORGET_MS + 1;
    for (int i = 0; i < LOGIN_FREE_ACCOUNT; i++) cr_assert_eq(login_limit_ask(&limit, &k, now), 0);
    /* A clock set back neither locks out nor opens the gate. */
    int64_t wait = login_limit_ask(&limit, &k, now - 3600000);
    cr_assert(wait > 0 && wait <= 1000);
}
