/* How fast passwords may be tried: a delay per account, per network address and a budget for all together. Pure: the
 * caller passes the time, so a test plays a hundred thousand guesses in a moment.
 *
 * There is no permanent lock, because a lock is a way to keep the owner out: a pair of account and address that has signed in before
 * is judged by its own failures only. After `free` failures the wait doubles from one second up to the limit; failures are forgotten
 * a day after the last one. */
#ifndef ZG_WEB_LOGIN_LIMIT_H
#define ZG_WEB_LOGIN_LIMIT_H
#include <stdbool.h>
#include <stdint.h>

enum { LOGIN_LIMIT_ROWS = 512 };
#define LOGIN_FREE_ACCOUNT 5
#define LOGIN_FREE_ADDRESS 20
#define LOGIN_DELAY_MAX_MS INT64_C(900000)
#define LOGIN_FORGET_MS INT64_C(86400000)
#define LOGIN_BUDGET_BURST 40
#define LOGIN_BUDGET_PER_S 5

struct login_row { uint64_t key; int failures; bool known; int64_t last_ms; };
struct login_limit { /* zero: empty */
    struct login_row accounts[LOGIN_LIMIT_ROWS], addresses[LOGIN_LIMIT_ROWS], pairs[LOGIN_LIMIT_ROWS];
    int64_t budget_milli, budget_at_ms; /* thousandths of a try */
};
/* Keyed hashes of the account's name, of the address (IPv4 /24, IPv6 /64) and of both. */
struct login_keys { uint64_t account, address, pair; };

/* 0: go on; else how many milliseconds to wait. Whoever goes on counts as failed until login_limit_passed takes it back, so that
 * many tries at the same time are counted, too. */
int64_t login_limit_ask(struct login_limit *l, const struct login_keys *k, int64_t now_ms);
/* The password was right; from now on the pair is known. */
void login_limit_passed(struct login_limit *l, const struct login_keys *k, int64_t now_ms);
#endif
