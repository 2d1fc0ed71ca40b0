/* The desk's commands, asked twice: of a desk that holds the lock itself, and through F.sock of one that does. Both must answer alike. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "desk/commands.h"
#include "desk/wire.h"
#include "os/os.h"
#include "store/import_store.h"

static struct {
    struct env env;
    char directory[400], path[512];
    struct desk *serving, *asking; /* the same one, or one beside it */
    struct desk_message m;
    struct import_figures figures;
} f;

static void path_of(const char *name, char ret[600]) { snprintf(ret, 600, "%s/%s", f.directory, name); }

static void write_file(const char *name, const char *text)
{
    char path[600];
    path_of(name, path);
    FILE *out = fopen(path, "w");
    cr_assert(out);
    fputs(text, out);
    fclose(out);
}

static enum desk_result shop_new(struct desk *d, const char *key, const char *platform, const char *currency, const char *zone)
{
    const struct shop_new n = { text_from_cstr(key), TEXT("店"), text_from_cstr(platform), text_from_cstr(currency), text_from_cstr(zone), TEXT("CN"), false };
    return desk_shop_create(d, &n, 0, &f.m);
}

static void remove_all(const char *directory)
{
    DIR *d = opendir(directory);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlinkat(dirfd(d), e->d_name, 0);
    if (d) closedir(d);
    rmdir(directory);
}

/* A serving desk with one store and a file of three orders; `remote`: ask it from beside. */
static void begin(bool remote, const char *deep)
{
    char base[64] = "/tmp/zg-desk-XXXXXX";
    cr_assert(os_env_init(&f.env));
    f.env.importer = TEST_IMPORTER;
    cr_assert(mkdtemp(base));
    snprintf(f.directory, sizeof f.directory, "%s%s", base, deep);
    if (deep[0]) cr_assert_eq(mkdir(f.directory, 0700), 0);
    snprintf(f.path, sizeof f.path, "%s/shop.db", f.directory);
    f.serving = desk_open(&f.env, f.path, DESK_SERVE, true, &f.m);
    cr_assert(f.serving, "%s", f.m.en);
    f.asking = remote ? desk_open(&f.env, f.path, DESK_COMMAND, false, &f.m) : f.serving;
    cr_assert(f.asking, "%s", f.m.en);
    cr_assert_eq(desk_writer(f.asking) == NULL, remote);
    cr_assert_eq(shop_new(f.asking, "main", "tmall", "CNY", "Asia/Shanghai"), DESK_DONE, "%s", f.m.en);
    write_file("orders.csv", "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
                             "101,10.00,0.00,上海,2020-02-20 10:00:00,,0\n102,20.00,20.00,上海,2020-02-20 10:01:00,2020-02-20 10:02:00,0\n"
                             "103,bad,0.00,上海,2020-02-20 10:03:00,,0\n");
}

static void finish(void)
{
    if (f.asking != f.serving) desk_close(f.asking);
    desk_close(f.serving);
    remove_all(f.directory);
    os_env_release(&f.env);
}

static enum desk_result import(const char *store, const char *name, const char *profile, const char *zone)
{
    char path[600];
    path_of(name, path);
    const char *paths[] = { path };
    const struct import_ask ask = { .store = text_from_cstr(store), .paths = paths, .count = 1, .profile = profile, .zone = zone, .as_of_ms = INSTANT_NONE };
    return desk_import(f.asking, &ask, NULL, NULL, &f.figures, &f.m);
}

static enum desk_result mark(const char *order, int wave, enum mark_outcome outcome, const char *reason)
{
    const struct mark_ask ask = { TEXT("main"), text_from_cstr(order), wave, outcome, text_from_cstr(reason), 0 };
    return desk_mark(f.asking, &ask, &f.m);
}

#define REFUSED_AS(call, word) do { \
    const enum desk_result result_ = (call); \
    cr_expect_eq(result_, DESK_REFUSED, "%s: %d %s", word, (int)result_, f.m.en); \
    cr_expect_str_eq(f.m.code, word); \
    cr_expect(f.m.en[0] && f.m.zh[0] && strcmp(f.m.en, f.m.zh) != 0, "said in both languages"); \
} while (0)

static const bool both_ways[] = { false, true };
#define BOTH_WAYS(name) \
    ParameterizedTestParameters(desk, name) { return cr_make_param_array(const bool, both_ways, 2); } \
    ParameterizedTest(const bool *remote, desk, name, .timeout = 60)

BOTH_WAYS(stores_are_looked_at_before_they_are_made)
{
    begin(*remote, "");
    REFUSED_AS(shop_new(f.asking, "main", "tmall", "CNY", "Asia/Shanghai"), "store-exists");
    REFUSED_AS(shop_new(f.asking, "a b", "tmall", "CNY", "Asia/Shanghai"), "store-key");
    REFUSED_AS(shop_new(f.asking, "", "tmall", "CNY", "Asia/Shanghai"), "store-key");
    REFUSED_AS(shop_new(f.asking, "b", "ebay", "CNY", "Asia/Shanghai"), "store-platform");
    REFUSED_AS(shop_new(f.asking, "b", "tmall", "Yuan", "Asia/Shanghai"), "store-currency");
    REFUSED_AS(shop_new(f.asking, "b", "tmall", "CNY", "Asia/Nowhere"), "store-zone");
    cr_assert_eq(shop_new(f.asking, "b", "other", "USD", "America/New_York"), DESK_DONE);
    finish();
}

BOTH_WAYS(imports_undo_and_resume)
{
    begin(*remote, "");
    cr_assert_eq(import("main", "orders.csv", NULL, NULL), DESK_DONE, "%s", f.m.en);
    const struct import_file_figures *x = &f.figures.files[0];
    cr_assert(f.figures.import_id == 1 && f.figures.file_count == 1 && x->rows == 3 && x->rows_done == 3 && x->added == 2 && x->quarantined == 1);
    cr_assert_str_eq(x->name, "orders.csv");
    cr_assert_eq(import("main", "orders.csv", NULL, NULL), DESK_DONE);
    cr_assert(x->unchanged == 2 && x->added == 0 && f.figures.import_id == 2);
    REFUSED_AS(import("none", "orders.csv", NULL, NULL), "no-store");
    REFUSED_AS(import("main", "none.csv", NULL, NULL), "absent");
    REFUSED_AS(import("main", "订单报表订单报表订单报表订单报表订单报表订单报表订单报表.csv", NULL, NULL), "absent");
    cr_expect(text_utf8_valid(text_from_cstr(f.m.en)) && text_utf8_valid(text_from_cstr(f.m.zh)), "a long name is cut between characters");
    REFUSED_AS(import("main", ".", NULL, NULL), "directory");
    REFUSED_AS(import("main", "orders.csv", "none", NULL), "profile");
    REFUSED_AS(import("main", "orders.csv", NULL, "Asia/Nowhere"), "zone");
    write_file("empty.csv", "");
    REFUSED_AS(import("main", "empty.csv", NULL, NULL), "empty");
    REFUSED_AS(desk_import_resume(f.asking, 1, 0, NULL, NULL, &f.figures, &f.m), "applied");
    REFUSED_AS(desk_import_undo(f.asking, 99, 0, NULL, NULL, &f.figures, &f.m), "no-import");
    cr_assert_eq(desk_import_undo(f.asking, 2, 0, NULL, NULL, &f.figures, &f.m), DESK_DONE);
    REFUSED_AS(desk_import_undo(f.asking, 2, 0, NULL, NULL, &f.figures, &f.m), "undone");
    REFUSED_AS(desk_import_resume(f.asking, 2, 0, NULL, NULL, &f.figures, &f.m), "undone");
    finish();
}

BOTH_WAYS(marks_need_an_order_a_wave_and_a_reason_to_skip)
{
    begin(*remote, "");
    cr_assert_eq(import("main", "orders.csv", NULL, NULL), DESK_DONE);
    REFUSED_AS(mark("999", 1, MARK_DONE, ""), "no-order");
    REFUSED_AS(mark("101", 3, MARK_DONE, ""), "wave");
    REFUSED_AS(mark("101", 1, MARK_SKIPPED, "  "), "reason-needed");
    cr_assert_eq(mark("101", 1, MARK_SKIPPED, "已电话联系"), DESK_DONE, "%s", f.m.en);
    cr_assert_eq(mark("101", 2, MARK_DONE, ""), DESK_DONE);
    cr_assert_eq(mark("101", 1, MARK_NONE, ""), DESK_DONE);
    finish();
}

BOTH_WAYS(column_maps_are_tried_before_they_are_kept)
{
    static const char json[] = "{\"name\":\"mine\",\"columns\":{\"No\":\"order_no\",\"At\":\"placed_at\",\"Sum\":\"total\",\"State\":\"status\"},"
                               "\"status\":{\"open\":\"unpaid\"}}";
    begin(*remote, "");
    cr_assert_eq(desk_profile_save(f.asking, TEXT("main"), TEXT("mine"), text_from_cstr(json), 0, &f.m), DESK_DONE, "%s", f.m.en);
    cr_assert_eq(desk_profile_save(f.asking, TEXT("main"), TEXT("mine"), text_from_cstr(json), 0, &f.m), DESK_DONE, "again: replaced");
    REFUSED_AS(desk_profile_save(f.asking, TEXT("none"), TEXT("mine"), text_from_cstr(json), 0, &f.m), "no-store");
    REFUSED_AS(desk_profile_save(f.asking, TEXT("main"), TEXT("other"), text_from_cstr(json), 0, &f.m), "profile");
    REFUSED_AS(desk_profile_save(f.asking, TEXT("main"), TEXT("mine"), TEXT("{"), 0, &f.m), "profile");
    write_file("mine.csv", "No,At,Sum,State\n7,2020-02-20 10:00:00,9.50,open\n");
    cr_assert_eq(import("main", "mine.csv", NULL, NULL), DESK_DONE, "%s", f.m.en);
    cr_assert_str_eq(f.figures.files[0].profile, "mine", "recognised by its header");
    finish();
}

BOTH_WAYS(copies)
{
    char copy[600], other[600], aside[600];
    int64_t bytes = 0;
    begin(*remote, "");
    path_of("copy.db", copy);
    path_of("other.db", other);
    cr_assert_eq(desk_backup(f.asking, copy, &bytes, &f.m), DESK_DONE, "%s", f.m.en);
    struct stat st;
    cr_assert(stat(copy, &st) == 0 && st.st_size == bytes && (st.st_mode & 0777) == 0600);
    REFUSED_AS(desk_backup(f.asking, copy, &bytes, &f.m), "exists");
    cr_assert_eq(shop_new(f.asking, "later", "tmall", "CNY", "Asia/Shanghai"), DESK_DONE, "%s", f.m.en);
    cr_assert_eq(desk_restore(&f.env, f.path, copy, &f.m), DESK_DONE, "through the desk that serves: %s", f.m.en);
    cr_assert_eq(shop_new(f.asking, "later", "tmall", "CNY", "Asia/Shanghai"), DESK_DONE, "it is not there any more: %s", f.m.en);
    path_of("shop.db.before-restore", aside);
    cr_assert_eq(desk_restore(&f.env, f.path, aside, &f.m), DESK_DONE, "%s", f.m.en);
    REFUSED_AS(shop_new(f.asking, "later", "tmall", "CNY", "Asia/Shanghai"), "store-exists");
    cr_assert_eq(desk_restore(&f.env, other, copy, &f.m), DESK_DONE, "%s", f.m.en);
    write_file("text.db", "not a database at all, but long enough to be looked at");
    path_of("text.db", copy);
    REFUSED_AS(desk_restore(&f.env, other, copy, &f.m), "not-ours");
    finish();
}

/* ---- who may write ---- */

Test(desk, one_desk_serves_and_says_which, .timeout = 60)
{
    char pid[32];
    begin(false, "");
    cr_assert_null(desk_open(&f.env, f.path, DESK_SERVE, true, &f.m));
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    cr_assert_str_eq(f.m.code, "running");
    cr_assert_not_null(strstr(f.m.en, pid));
    finish();
}

Test(desk, no_database_is_no_accident, .timeout = 60)
{
    cr_assert(os_env_init(&f.env));
    cr_assert_null(desk_open(&f.env, "/tmp/zg-no-such.db", DESK_COMMAND, false, &f.m));
    cr_assert_str_eq(f.m.code, "no-database");
    cr_assert_null(desk_open(&f.env, "/tmp", DESK_COMMAND, true, &f.m));
    cr_assert_null(desk_open(&f.env, "/nowhere/shop.db", DESK_COMMAND, true, &f.m));
    os_env_release(&f.env);
}

Test(desk, a_path_longer_than_a_socket_bears, .timeout = 60)
{
    begin(true, "/a-directory-whose-name-is-so-long-that-the-path-of-a-socket-in-it-is-longer-than-the-hundred-and-eight-bytes-of-its-address");
    cr_assert_eq(import("main", "orders.csv", NULL, NULL), DESK_DONE, "%s", f.m.en);
    finish();
}

Test(desk, a_socket_left_by_a_crash_is_no_obstacle, .timeout = 60)
{
    begin(false, "");
    char sock[600];
    snprintf(sock, sizeof sock, "%s.sock", f.path);
    desk_close(f.serving);
    struct stat st;
    cr_assert_neq(stat(sock, &st), 0, "a stop takes the socket away");
    const int fd = f.env.listen_unix(f.env.ctx, sock, 1);
    cr_assert_geq(fd, 0);
    close(fd);
    f.serving = f.asking = desk_open(&f.env, f.path, DESK_SERVE, true, &f.m);
    cr_assert(f.serving, "%s", f.m.en);
    cr_assert(stat(sock, &st) == 0 && (st.st_mode & 0777) == 0600);
    finish();
}

/* ---- for the page ---- */

struct told { int count; enum desk_result result; int64_t import_id; char code[32]; };

static void on_started(void *ctx, enum desk_result result, int64_t import_id, const struct desk_message *m)
{
    struct told *t = ctx;
    t->result = result;
    t->import_id = import_id;
    snprintf(t->code, sizeof t->code, "%s", m->code);
    __atomic_store_n(&t->count, t->count + 1, __ATOMIC_RELEASE);
}

static void wait_told(struct told *t)
{
    for (int i = 0; i < 10000 && __atomic_load_n(&t->count, __ATOMIC_ACQUIRE) == 0; i++) usleep(1000);
    cr_assert_eq(t->count, 1);
}

Test(desk, a_started_import_tells_its_number_or_why_not, .timeout = 60)
{
    char path[600], none[600];
    begin(false, "");
    path_of("orders.csv", path);
    path_of("none.csv", none);
    const char *paths[] = { path }, *missing[] = { none };
    struct import_ask ask = { .store = TEXT("main"), .paths = paths, .count = 1, .as_of_ms = INSTANT_NONE };
    struct told t = { 0 }, u = { 0 };
    cr_assert(desk_import_start(f.serving, &ask, on_started, &t));
    wait_told(&t);
    cr_assert(t.result == DESK_DONE && t.import_id == 1);
    ask.paths = missing;
    cr_assert(desk_import_start(f.serving, &ask, on_started, &u));
    wait_told(&u);
    cr_assert(u.result == DESK_REFUSED && strcmp(u.code, "absent") == 0);
    for (int i = 0; i < 10000 && desk_import_running(f.serving, 1, NULL); i++) usleep(1000);
    cr_assert_eq(desk_import_undo(f.serving, 1, 0, NULL, NULL, &f.figures, &f.m), DESK_DONE, "%s", f.m.en);
    finish();
}

Test(desk, an_uploaded_file_goes_when_it_is_in, .timeout = 60)
{
    char upload[600];
    begin(false, "");
    snprintf(upload, sizeof upload, "%s/upload-1", desk_files_dir(f.serving));
    FILE *out = fopen(upload, "w");
    cr_assert(out);
    fputs("订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n101,10.00,0.00,上海,2020-02-20 10:00:00,,0\n", out);
    fclose(out);
    const char *paths[] = { upload }, *names[] = { "我的订单.csv" };
    const struct import_ask ask = { .store = TEXT("main"), .paths = paths, .names = names, .count = 1, .as_of_ms = INSTANT_NONE };
    cr_assert_eq(desk_import(f.serving, &ask, NULL, NULL, &f.figures, &f.m), DESK_DONE, "%s", f.m.en);
    cr_assert_str_eq(f.figures.files[0].name, "我的订单.csv");
    cr_assert_neq(access(upload, F_OK), 0);
    rmdir(desk_files_dir(f.serving));
    finish();
}

Test(desk, all_figures_of_an_import_pass_over_the_socket)
{
    static struct import_figures said, heard;
    struct import_file_figures *file = &said.files[0];
    struct import_left_aside *left = &said.left[0];
    said.import_id = 7;
    said.file_count = said.left_count = 1;
    *file = (struct import_file_figures){ .name = "a.zip", .profile = "amazon-orders", .encoding = "utf-8", .member = "b.xlsx", .sheet = "Sheet1", .asked_zone = "America/New_York",
                                          .unknown_status = "odd", .rows = 3 };
    *left = (struct import_left_aside){ "a.zip", "b.xlsx", "Notes", "no-header", "It has no header.", "没有表头。" };
    json_t *line = wire_of_figures(&said);
    wire_to_figures(line, &heard);
    json_decref(line);
    cr_assert_eq(heard.file_count, 1);
    cr_assert_eq(heard.left_count, 1);
    const struct import_file_figures *got = &heard.files[0];
    cr_expect_str_eq(got->name, file->name);
    cr_expect_str_eq(got->profile, file->profile);
    cr_expect_str_eq(got->encoding, file->encoding);
    cr_expect_str_eq(got->member, file->member);
    cr_expect_str_eq(got->sheet, file->sheet);
    cr_expect_str_eq(got->asked_zone, file->asked_zone);
    cr_expect_str_eq(got->unknown_status, file->unknown_status);
    cr_expect_eq(got->rows, 3);
    cr_expect_str_eq(heard.left[0].name, left->name);
    cr_expect_str_eq(heard.left[0].member, left->member);
    cr_expect_str_eq(heard.left[0].sheet, left->sheet);
    cr_expect_str_eq(heard.left[0].code, left->code);
    cr_expect_str_eq(heard.left[0].en, left->en);
    cr_expect_str_eq(heard.left[0].zh, left->zh);
}
