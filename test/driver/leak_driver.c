/* A plain program for the leak check: Criterion's forked workers hide leaks, this does not. It makes a shop, imports a file, asks
 * every question, undoes, backs up and closes; LeakSanitizer looks when it ends. With --plant it loses one block on purpose:
 * the control that the check must catch (leak_test.py). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desk/answer.h"
#include "desk/commands.h"
#include "os/os.h"

static void plant(void)
{
    char *volatile lost = malloc(4321);

    if (lost) lost[0] = 'x';
    lost = NULL;
}

static bool ask_all(const struct env *env, const char *path)
{
    struct policy policy = policy_defaults();
    struct answer_ask q = { .policy = &policy, .mask = ANSWER_ALL };
    struct orders_ask orders = { .from_ms = INSTANT_NONE, .to_ms = INSTANT_NONE, .limit = 50 };
    struct review_ask review = { .compare = true };
    enum answer_error answer_error;
    enum db_error error;
    char message[256];
    struct store reader;
    struct shop shop;
    json_t *answers[5];
    bool ok = true;

    if (!store_open(&reader, env, path, DB_READ, &error, message, sizeof message)) return false;
    if (shop_find(&reader, TEXT("main"), &shop) != SHOP_OK || !instant_parse(TEXT("2020-01-02T15:00:00+08:00"), &q.now_ms) ||
        !answer_day_parse(TEXT("2020-01-01"), &review.from_day) || !answer_day_parse(TEXT("2020-02-01"), &review.to_day)) {
        store_close(&reader);
        return false;
    }
    q.store = &reader;
    q.shop = &shop;
    answers[0] = answer_today(&q, &answer_error);
    answers[1] = answer_today_cli(&q, true, &answer_error);
    answers[2] = answer_orders(&q, &orders, &answer_error);
    answers[3] = answer_review(&q, &review, &answer_error);
    answers[4] = answer_feed(&q, &answer_error);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (!answers[i]) fprintf(stderr, "answer %zu failed: %s\n", i, db_error_message(reader.db));
        ok = ok && answers[i];
        json_decref(answers[i]);
    }
    store_close(&reader);
    return ok;
}

static bool live(const struct env *env, const char *path, const char *orders, const char *copy, struct desk_message *m)
{
    struct shop_new n = { .key = TEXT("main"), .name = TEXT("样板店"), .platform = TEXT("tmall"), .currency = TEXT("CNY"), .zone = TEXT("Asia/Shanghai") };
    struct import_ask ask = { .store = TEXT("main"), .paths = &orders, .count = 1, .as_of_ms = INSTANT_NONE };
    struct import_figures *figures = malloc(sizeof *figures);
    struct desk *d = desk_open(env, path, DESK_COMMAND, true, m);
    int64_t bytes;
    bool ok = d && figures && desk_shop_create(d, &n, 0, m) == DESK_DONE && desk_import(d, &ask, NULL, NULL, figures, m) == DESK_DONE &&
              ask_all(env, path) && desk_backup(d, copy, &bytes, m) == DESK_DONE &&
              desk_import_undo(d, figures->import_id, 0, NULL, NULL, figures, m) == DESK_DONE &&
              desk_shop_create(d, &n, 0, m) == DESK_REFUSED;

    if (d) desk_close(d);
    free(figures);
    return ok;
}

int main(int argc, char **argv)
{
    struct desk_message m = { 0 };
    struct env env;
    bool ok;

    if (argc < 4) {
        fprintf(stderr, "usage: leak_driver DATABASE ORDERS.csv COPY [--plant]\n");
        return 2;
    }
    if (!os_env_init(&env)) return 1;
    env.importer = TEST_IMPORTER;
    ok = live(&env, argv[1], argv[2], argv[3], &m);
    os_env_release(&env);
    if (argc > 4 && strcmp(argv[4], "--plant") == 0) plant();
    if (!ok) fprintf(stderr, "leak_driver: %s %s\n", m.code, m.en);
    return ok ? 0 : 1;
}
