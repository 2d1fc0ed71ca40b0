/* zhanggui demo: make the demo shop and open its desk. Its orders end minutes before now; a demo shop whose newest order is older
 * than five hours is made anew: at six its data would be stale, and its Today is to be about today. Passwords of its staff are made at every start and shown by the
 * page; only their hashes are kept. */
#include <stdlib.h>
#include "cli/cmds.h"
#include "cli/open.h"
#include "cli/serve.h"
#include "cli/show.h"
#include "desk/demo.h"
#include "desk/files.h"
#include "os/process.h"

enum { PASSWORD_BYTES = 20 };
#define DEMO_OLD_AFTER_S (5 * 3600)

const struct option demo_options[] = {
    { "db", "FILE", false, { "its database (default: ~/.local/share/zhanggui/demo.db)", "它的数据库（默认 ~/.local/share/zhanggui/demo.db）" } },
    SERVE_OPTIONS,
    { "seed", "N", false, { "another shop from another seed (default 11)", "换一个种子得到另一家店（默认 11）" } },
    OPTIONS_END,
};

struct demo_job {
    struct demo_options make;
    struct demo_result made;
    char passwords[DEMO_STAFF_COUNT][PASSWORD_BYTES], hashes[DEMO_STAFF_COUNT][ACCOUNT_HASH_BYTES];
};

static const char *demo_path(struct cli *c)
{
    const char *given = cli_value(c, "db"), *home = getenv("XDG_DATA_HOME");
    struct text path;

    if (given) return given;
    if (home && home[0] == '/') path = arena_printf(&c->arena, "%s/zhanggui/demo.db", home);
    else if ((home = getenv("HOME")) && *home) path = arena_printf(&c->arena, "%s/.local/share/zhanggui/demo.db", home);
    else return NULL;
    return path.ptr;
}

/* Four groups of letters and digits that are hard to mix up. */
static bool make_passwords(const struct env *env, struct demo_job *job)
{
    static const char signs[] = "abcdefghjkmnpqrstuvwxyz23456789";
    unsigned char bytes[16];

    for (int i = 0; i < DEMO_STAFF_COUNT; i++) {
        char *at = job->passwords[i];
        env->random(env->ctx, bytes, sizeof bytes);
        for (size_t k = 0; k < sizeof bytes; k++) {
            if (k > 0 && k % 4 == 0) *at++ = '-';
            *at++ = signs[bytes[k] % (sizeof signs - 1)];
        }
        *at = '\0';
        if (!password_hash(text_from_cstr(job->passwords[i]), job->hashes[i])) return false;
    }
    return true;
}

static bool make_shop(struct store *s, void *arg)
{
    struct demo_job *job = arg;
    return demo_make(s, &job->make, &job->made);
}

/* Each of the staff gets this start's password, and is let in again if somebody had shut the account. */
static bool set_passwords(struct store *s, void *arg)
{
    struct demo_job *job = arg;
    struct shop shop;

    if (shop_find(s, TEXT(DEMO_STORE_KEY), &shop) != SHOP_OK) return false;
    for (int i = 0; i < DEMO_STAFF_COUNT; i++) {
        struct account_change change = { .role = demo_staff[i].role, .disabled = 0, .hash = job->hashes[i] };
        struct text name = text_from_cstr(demo_staff[i].name);
        struct account account;
        int64_t id;

        switch (account_find(s, shop.merchant_id, name, &account)) {
        case ACCOUNT_OK:
            if (account_change(s, shop.merchant_id, account.user_id, &change, 0) != ACCOUNT_OK) return false;
            break;
        case ACCOUNT_NONE:
            if (account_create(s, shop.merchant_id, name, demo_staff[i].role, job->hashes[i], 0, &id) != ACCOUNT_OK) return false;
            break;
        case ACCOUNT_TAKEN:
        case ACCOUNT_LAST_OWNER:
        case ACCOUNT_BAD_NAME:
        case ACCOUNT_TOO_MANY:
        case ACCOUNT_FAILED: return false;
        }
    }
    return true;
}

enum demo_found { DEMO_ABSENT, DEMO_FRESH, DEMO_OLD, DEMO_OTHERS /* stores of somebody's own */, DEMO_UNREADABLE };

/* For reading; one that an older Zhanggui made is brought up to date first, as any desk's is when it opens. */
static bool open_demo(struct cli *c, const char *path, struct store *ret)
{
    enum db_error error;
    struct desk_message ignored;
    char message[256];

    if (store_open(ret, c->env, path, DB_READ, &error, message, sizeof message)) return true;
    struct desk *d = error == DB_ERROR_OLDER ? desk_open(c->env, path, DESK_COMMAND, false, &ignored) : NULL;
    if (!d) return false;
    desk_close(d);
    return store_open(ret, c->env, path, DB_READ, &error, message, sizeof message);
}

static enum demo_found look(struct cli *c, const char *path)
{
    enum demo_found found = DEMO_FRESH;
    enum answer_error answer_error;
    struct policy policy = policy_defaults();
    struct shop shops[2];
    struct store reader;
    int64_t bytes;
    json_t *feed;
    int n;

    if (file_look(path, &bytes) == FILE_ABSENT) return DEMO_ABSENT;
    if (!open_demo(c, path, &reader)) return DEMO_UNREADABLE;
    n = shop_list(&reader, shops, 2);
    if (n == 0) found = DEMO_ABSENT;
    else if (n != 1 || !shops[0].demo) found = n < 0 ? DEMO_UNREADABLE : DEMO_OTHERS;
    else {
        struct answer_ask q = { .store = &reader, .shop = &shops[0], .policy = &policy, .now_ms = c->env->now_ms(c->env->ctx) };
        feed = answer_feed(&q, &answer_error);
        if (!feed || json_integer_value(json_object_get(feed, "age_s")) > DEMO_OLD_AFTER_S) found = DEMO_OLD;
        json_decref(feed);
    }
    store_close(&reader);
    return found;
}

static enum cli_exit remove_old(struct cli *c, const char *path)
{
    static const char *const endings[] = { "", "-wal", "-shm" };
    struct desk_message m = { 0 };
    struct desk *d = desk_open(c->env, path, DESK_SERVE, false, &m); /* nobody else uses it */
    int64_t bytes;

    if (!d) return fail_desk(c, &m);
    desk_close(d);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        const char *file = cli_cstr(c, arena_printf(&c->arena, "%s%s", path, endings[i]));
        if (file_look(file, &bytes) == FILE_PLAIN && !file_remove(file))
            return cli_fail(c, CLI_COULD_NOT, "demo", "The old demo shop %s cannot be removed", "旧演示店 %s 无法删除", file);
    }
    return CLI_DONE;
}

static enum cli_exit prepare(struct cli *c, const char *path, bool *ret_make)
{
    int64_t bytes;

    *ret_make = false;
    switch (look(c, path)) {
    case DEMO_ABSENT: *ret_make = true; return CLI_DONE;
    case DEMO_FRESH: return CLI_DONE;
    case DEMO_OLD: *ret_make = true; return remove_old(c, path);
    case DEMO_OTHERS:
        return cli_fail(c, CLI_COULD_NOT, "demo", "%s holds a shop of your own; the demo shop needs a database of its own",
                        "%s 里是您自己的店；演示店要用单独的数据库", path);
    case DEMO_UNREADABLE: break;
    }
    return cli_fail(c, CLI_COULD_NOT, "demo", file_look(path, &bytes) == FILE_DIRECTORY ? "%s is a directory, not a database" : "%s cannot be read as a database",
                    file_look(path, &bytes) == FILE_DIRECTORY ? "%s 是目录，不是数据库" : "%s 不能作为数据库读取", path);
}

enum cli_exit demo_run(struct cli *c)
{
    struct demo_job *job = ARENA_NEW(&c->arena, struct demo_job);
    struct web_demo_login logins[DEMO_STAFF_COUNT];
    const char *path = demo_path(c);
    struct desk_message m = { 0 };
    enum writer_result made;
    enum cli_exit exit;
    struct desk *d;
    int64_t seed = DEMO_SEED;
    uint16_t port;
    bool make;

    if (!path) return cli_fail(c, CLI_WRONG_USE, "db", "Say which database with --db FILE", "请用 --db 文件 指明数据库");
    if (cli_has(c, "seed") && !cli_number(c, "seed", 0, INT64_MAX, DEMO_SEED, &seed)) return CLI_WRONG_USE;
    if (!serve_port(c, &port)) return CLI_WRONG_USE;
    os_stop_prepare();
    make_directories(path);
    exit = prepare(c, path, &make);
    if (exit != CLI_DONE) return exit;
    if (!job || !make_passwords(c->env, job)) return cli_fail_text(c, CLI_COULD_NOT, "memory", TEXT("Memory ran out"), TEXT("内存不足"));
    d = desk_open(c->env, path, DESK_SERVE, true, &m);
    if (!d) return fail_desk(c, &m);
    job->make = (struct demo_options){ .seed = (uint64_t)seed, .now_ms = c->env->now_ms(c->env->ctx) };
    for (int i = 0; i < DEMO_STAFF_COUNT; i++) job->make.password_hashes[i] = job->hashes[i];
    if (make && !c->json) cli_say(c, "Making the demo shop, some seconds ...", "正在建演示店，需要几秒……");
    fflush(c->out);
    made = make ? writer_call(desk_writer(d), make_shop, job) : WRITER_DONE;
    if (made == WRITER_DONE) made = writer_call(desk_writer(d), set_passwords, job);
    if (made != WRITER_DONE) {
        desk_close(d);
        if (made == WRITER_FULL)
            return cli_fail(c, CLI_COULD_NOT, "disk-full", "The disk is full: the demo shop could not be made in %s", "磁盘已满：无法在 %s 建演示店", path);
        return cli_fail(c, CLI_COULD_NOT, "demo", "The demo shop could not be made in %s", "无法在 %s 建演示店", path);
    }
    for (int i = 0; i < DEMO_STAFF_COUNT; i++)
        logins[i] = (struct web_demo_login){ demo_staff[i].name, account_role_word(demo_staff[i].role), job->passwords[i] };
    return serve_desk(c, d, port, logins, DEMO_STAFF_COUNT);
}
