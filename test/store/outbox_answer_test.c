/* What the page of messages says: each word that may stand in the ledger as a rule or as the code of the last try has its sentence in both languages. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include "channel/channel.h"
#include "desk/outbox.h"
#include "take_in.h"
#include "memory_shop.h"

#define NOW INT64_C(1582344000000)

TestSuite(outbox_answer, .init = memory_shop_open, .fini = memory_shop_close, .timeout = 60);

/* A message of an order that is gone, which failed with this code and was decided by this rule. */
static void message(int64_t order_id, const char *rule, const char *code)
{
    struct db_stmt *q = db_stmt(s.db, "INSERT INTO outbox (merchant_id, order_id, wave, store_id, state, at_ms, channel, rule, tries, code, report, user_id)"
                                      " VALUES ($1, $2, 2, $3, 6, $4, 2, $5, 1, $6, 0, 0)");
    cr_assert(q);
    db_bind_i64(q, 1, shop.merchant_id);
    db_bind_i64(q, 2, order_id);
    db_bind_i64(q, 3, shop.store_id);
    db_bind_i64(q, 4, NOW - order_id);
    db_bind_text(q, 5, text_from_cstr(rule));
    db_bind_text(q, 6, text_from_cstr(code));
    cr_assert(db_exec(q), "%s", db_error_message(s.db));
}

static bool said(const json_t *o, const char *key, const char *word)
{
    const char *got = json_string_value(json_object_get(o, key)), *en = json_string_value(json_object_get(o, "en")), *zh = json_string_value(json_object_get(o, "zh"));
    return got && strcmp(got, word) == 0 && en && strlen(en) > 8 && zh && strlen(zh) > 8 && strcmp(en, zh) != 0;
}

Test(outbox_answer, every_word_of_the_ledger_has_its_sentence)
{
    static const char *const rules[] = { "planned", "by-hand", "no-address", "no-text", "gone", "switched-off", "tries-over", "rejected", "undelivered", "arrived", "again",
                                         "paid", "closed", "refunded", "opted-out", "small-hours", "wave-2" };
    static const char *const codes[] = { "no-text", "no-address", "gone", "stopped", "restored", "late", "sent", "connect", "tls", "login", "later", "refused-address",
                                         "lost", "silent", "gateway" };
    enum { RULES = sizeof rules / sizeof rules[0], CODES = sizeof codes / sizeof codes[0] };
    struct policy p = policy_defaults();
    const struct answer_ask q = { &s, &shop, &p, NOW, ANSWER_ALL };
    const struct outbox_ask ask = { OUTBOX_DROPPED, TEXT_NONE, LIMIT_PAGE_ROWS };
    enum answer_error error;
    cr_assert(db_begin(s.db));
    for (int i = 0; i < RULES; i++) message(i + 1, rules[i], codes[i % CODES]);
    cr_assert(db_commit(s.db));
    json_t *j = answer_outbox(&q, &ask, &error);
    cr_assert(j, "%s", db_error_message(s.db));
    const json_t *rows = json_object_get(j, "rows");
    cr_assert_eq(json_array_size(rows), RULES);
    for (size_t i = 0; i < RULES; i++) {
        const json_t *row = json_array_get(rows, i);
        cr_expect(said(json_object_get(row, "reason"), "rule", rules[i]), "the rule %s", rules[i]);
        cr_expect(said(json_object_get(row, "code"), "code", codes[i % CODES]), "the code %s", codes[i % CODES]);
    }
    json_decref(j);
}
