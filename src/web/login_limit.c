/* See login_limit.h. Each table is a small set-associative cache: a full set gives up the row that was used longest ago,
 * known pairs last. */
#include "web/login_limit.h"

#include <stddef.h>

enum { WAYS = 8 };

static struct login_row *find(struct login_row *rows, uint64_t key, bool make)
{
    struct login_row *set = rows + (key % (LOGIN_LIMIT_ROWS / WAYS)) * WAYS, *worst = set;
    for (int i = 0; i < WAYS; i++)
        if (set[i].key == key && set[i].last_ms) return &set[i];
    if (!make) return NULL;
    for (int i = 1; i < WAYS; i++) {
        bool older = set[i].last_ms < worst->last_ms;
        if (set[i].known != worst->known ? worst->known : older) worst = &set[i];
    }
    *worst = (struct login_row){ .key = key };
    return worst;
}

static int64_t wait_of(const struct login_row *r, int free_failures, int64_t now_ms)
{
    if (!r || r->failures < free_failures || now_ms - r->last_ms > LOGIN_FORGET_MS) return 0;
    int doublings = r->failures - free_failures;
    int64_t delay = doublings >= 10 ? LOGIN_DELAY_MAX_MS : INT64_C(1000) << doublings;
    if (delay > LOGIN_DELAY_MAX_MS) delay = LOGIN_DELAY_MAX_MS;
    int64_t left = r->last_ms + delay - now_ms;
    /* A clock that was set back does not prolong the wait. */
    return left < 0 ? 0 : left > delay ? delay : left;
}

static int64_t budget_wait(struct login_limit *l, int64_t now_ms)
{
    int64_t passed = now_ms - l->budget_at_ms;
    if (!l->budget_at_ms || passed < 0 || passed > 60000) {
        if (!l->budget_at_ms || passed > 0) l->budget_milli = LOGIN_BUDGET_BURST * 1000;
    } else {
        l->budget_milli += passed * LOGIN_BUDGET_PER_S;
        if (l->budget_milli > LOGIN_BUDGET_BURST * 1000) l->budget_milli = LOGIN_BUDGET_BURST * 1000;
    }
    l->budget_at_ms = now_ms;
    if (l->budget_milli < 1000) return (1000 - l->budget_milli) / LOGIN_BUDGET_PER_S + 1;
    l->budget_milli -= 1000;
    return 0;
}

static void count(struct login_row *r, int64_t now_ms)
{
    if (now_ms - r->last_ms > LOGIN_FORGET_MS) r->failures = 0;
    if (r->failures < 1000) r->failures++;
    r->last_ms = now_ms;
}

int64_t login_limit_ask(struct login_limit *l, const struct login_keys *k, int64_t now_ms)
{
    struct login_row *pair = find(l->pairs, k->pair, false);
    int64_t wait;
    if (pair && pair->known) {
        wait = wait_of(pair, LOGIN_FREE_ACCOUNT, now_ms);
        if (!wait) count(pair, now_ms);
        return wait;
    }
    wait = wait_of(find(l->accounts, k->account, false), LOGIN_FREE_ACCOUNT, now_ms);
    int64_t other = wait_of(find(l->addresses, k->address, false), LOGIN_FREE_ADDRESS, now_ms);
    if (other > wait) wait = other;
    if (!wait) wait = budget_wait(l, now_ms);
    if (wait) return wait;
    count(find(l->accounts, k->account, true), now_ms);
    count(find(l->addresses, k->address, true), now_ms);
    return 0;
}

void login_limit_passed(struct login_limit *l, const struct login_keys *k, int64_t now_ms)
{
    struct login_row *pair = find(l->pairs, k->pair, true), *account = find(l->accounts, k->account, false),
                     *address = find(l->addresses, k->address, false);
    if (!pair->known && address && address->failures > 0) address->failures--;
    if (account) account->failures = 0;
    pair->known = true;
    pair->failures = 0;
    pair->last_ms = now_ms;
}
