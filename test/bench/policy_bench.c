/* The policy check alone, on one core: contact_check, and plan_check, which asks it for every step of an order's plan. Facts are made before the
 * clock starts, of every kind that a shop meets, and walked through again and again; the verdicts are counted, so that nothing is left out.
 * One line of JSON.
 *
 *   policy_bench [MILLIONS]     so many million checks of each; 5 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/prng.h"
#include "core/run/reminder_plan.h"
#include "os/os.h"

enum { KINDS = 4096 };

struct kind { struct order order; struct plan_facts facts; };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Orders of the last day and a half, asked about at any minute of two days in November; of ten, seven are open, one has been reminded about, some
 * buyers live where there are four clocks. */
static void kind_make(struct kind *k, struct prng *dice, const struct zone *china, const struct zone *const states[4])
{
    const int64_t day_ms = INT64_C(1794240000000); /* 2026-11-10 00:00 in Shanghai */
    const int64_t now_ms = day_ms + (int64_t)prng_below(dice, 2 * MS_PER_DAY);
    const int64_t age_ms = (int64_t)prng_below(dice, 36 * MS_PER_HOUR);
    const bool paid = prng_below(dice, 10) < 3, touched = prng_below(dice, 10) == 0, far = prng_below(dice, 20) == 0;
    k->order = (struct order){ .placed_at_ms = now_ms - age_ms, .paid_at_ms = paid ? now_ms - age_ms / 2 : INSTANT_NONE, .cancelled_at_ms = INSTANT_NONE,
        .shipped_at_ms = INSTANT_NONE, .delivered_at_ms = INSTANT_NONE, .refunded_at_ms = INSTANT_NONE, .ship_by_ms = INSTANT_NONE, .status = STATUS_UNPAID,
        .pay_kind = PAY_ONLINE, .customer_id = CLAIM_NONE };
    struct contact_facts *c = &k->facts.contact;
    *c = (struct contact_facts){ .now_ms = now_ms, .feed_age_s = (int64_t)prng_below(dice, 22000), .message_class = MESSAGE_SERVICE, .placed_at_ms = now_ms - age_ms,
        .has_event = true, .event_from_ms = day_ms + MS_PER_DAY, .event_until_ms = day_ms + 3 * MS_PER_DAY, .zone_count = far ? 4 : 1,
        .opted_out = prng_below(dice, 50) == 0, .complained = prng_below(dice, 200) == 0, .channel = prng_below(dice, 2) ? CHANNEL_SMS : CHANNEL_CHAT };
    for (int i = 0; i < c->zone_count; i++) c->zones[i] = far ? states[i] : china;
    if (touched) {
        c->contacts[c->contact_count++] = now_ms - (int64_t)prng_below(dice, (uint64_t)age_ms + 1);
        k->facts.marks[k->facts.mark_count++] = (struct reminder_mark){ 1, MARK_DONE, c->contacts[0] };
    }
    k->facts.balance_from_ms = k->facts.balance_until_ms = INSTANT_NONE;
    k->facts.has_phone = true;
}

int main(int argc, char **argv)
{
    static struct kind kinds[KINDS];
    const int64_t checks = (argc > 1 ? strtoll(argv[1], NULL, 10) : 5) * 1000000;
    const struct policy policy = policy_defaults();
    struct env env;
    struct prng dice;
    int64_t counts[2][3] = { { 0 } };
    double took_s[2];

    if (!os_env_init(&env)) return 2;
    const struct zone *china = env.zone(env.ctx, "Asia/Shanghai");
    const struct zone *const states[4] = { env.zone(env.ctx, "America/New_York"), env.zone(env.ctx, "America/Chicago"), env.zone(env.ctx, "America/Denver"),
                                           env.zone(env.ctx, "America/Los_Angeles") };
    if (!china || !states[0] || !states[1] || !states[2] || !states[3] || checks < KINDS) {
        fprintf(stderr, "policy_bench: no zones, or too few checks\n");
        return 2;
    }
    prng_seed(&dice, 2026);
    for (int i = 0; i < KINDS; i++) {
        kind_make(&kinds[i], &dice, china, states);
        kinds[i].facts.order = &kinds[i].order;
    }
    double began_s = seconds();
    for (int64_t i = 0; i < checks; i++) counts[0][contact_check(&policy, &kinds[i % KINDS].facts.contact).verdict]++;
    took_s[0] = seconds() - began_s;
    began_s = seconds();
    for (int64_t i = 0; i < checks; i++) counts[1][plan_check(&policy, &kinds[i % KINDS].facts).verdict]++;
    took_s[1] = seconds() - began_s;
    printf("{\"checks\":%lld,\"contact_per_s\":%.0f,\"contact\":{\"send\":%lld,\"hold\":%lld,\"never\":%lld},\"plan_per_s\":%.0f,"
           "\"plan\":{\"send\":%lld,\"hold\":%lld,\"never\":%lld}}\n", (long long)checks, (double)checks / took_s[0], (long long)counts[0][0],
           (long long)counts[0][1], (long long)counts[0][2], (double)checks / took_s[1], (long long)counts[1][0], (long long)counts[1][1], (long long)counts[1][2]);
    os_env_release(&env);
    return 0;
}
