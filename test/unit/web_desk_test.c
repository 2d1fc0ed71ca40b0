/* The whole server over a desk of its own, in a world whose clock and disk the test turns: sessions end in time, a full disk is said
 * and survived, uploads that nobody needs go away. */
#include <criterion/criterion.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "desk/commands.h"
#include "desk/writer.h"
#include "os/os.h"
#include "store/account_store.h"
#include "web/web.h"

#define HOUR INT64_C(3600000)
static struct env world;
static _Atomic int64_t skew_ms;
static atomic_bool disk_full;
static int64_t (*real_now)(void *ctx);
static ssize_t (*real_write)(void *ctx, int fd, const void *buf, size_t len);

static int64_t skewed(void *ctx) { return real_now(ctx) + atomic_load(&skew_ms); }
static ssize_t limited(void *ctx, int fd, const void *buf, size_t len)
{
    if (!atomic_load(&disk_full)) return real_write(ctx, fd, buf, len);
    errno = ENOSPC;
    return -1;
}

struct fixture { char directory[64], path[96], code[SETUP_CODE_BYTES]; struct desk *desk; struct web *web; char cookie[64], csrf[64]; };

static bool make_code(struct store *s, void *arg) { return setup_code_make(s, 1, arg); }

/* One request on a connection of its own; the status, and the whole answer in `ret`. */
static int ask(const struct fixture *f, const char *method, const char *path, const char *body, const char *type, char *ret, size_t size)
{
    static char request[300000];
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(web_port(f->web)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { .tv_sec = 20 };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    int n = snprintf(request, sizeof request, "%s /api/v1%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\nContent-Type: %s\r\nX-File-Name: a.csv\r\n"
                     "Cookie: zg_session=%s\r\nX-CSRF-Token: %s\r\nContent-Length: %zu\r\n\r\n%s", method, path, web_port(f->web), type, f->cookie, f->csrf,
                     strlen(body), body);
    cr_assert(n > 0 && (size_t)n < sizeof request);
    for (int sent = 0; sent < n;) {
        ssize_t k = send(fd, request + sent, (size_t)(n - sent), MSG_NOSIGNAL);
        if (k <= 0) break;
        sent += (int)k;
    }
    size_t got = 0;
    ssize_t k;
    while (got < size - 1 && (k = recv(fd, ret + got, size - 1 - got, 0)) > 0) got += (size_t)k;
    ret[got] = '\0';
    close(fd);
    return got > 12 ? (int)strtol(ret + 9, NULL, 10) : 0;
}

static int get(const struct fixture *f, const char *path)
{
    char answer[20000];
    return ask(f, "GET", path, "", "text/plain", answer, sizeof answer);
}

/* The text between `before` and the next of `ends` in an answer. */
static void cut(const char *answer, const char *before, char end, char *ret, size_t size)
{
    const char *at = strstr(answer, before), *stop;
    cr_assert_not_null(at, "%s in %s", before, answer);
    at += strlen(before);
    stop = strchr(at, end);
    cr_assert(stop && (size_t)(stop - at) < size);
    memcpy(ret, at, (size_t)(stop - at));
    ret[stop - at] = '\0';
}

static void sign_in(struct fixture *f, const char *path, const char *body)
{
    char answer[20000];
    int status = ask(f, "POST", path, body, "application/json", answer, sizeof answer);
    cr_assert_eq(status, 200, "%d: %s", status, answer);
    cut(answer, "zg_session=", ';', f->cookie, sizeof f->cookie);
    cut(answer, "\"csrf\":\"", '"', f->csrf, sizeof f->csrf);
}

#define LOGIN "{\"name\":\"o\",\"password\":\"copper kettle 7\"}"

static struct fixture *start(void)
{
    static struct fixture f;
    struct desk_message m = { 0 };
    char message[300], body[300];
    f = (struct fixture){ .directory = "/tmp/zg-web-XXXXXX" };
    atomic_store(&skew_ms, 0);
    cr_assert(os_env_init(&world) && mkdtemp(f.directory));
    world.importer = TEST_IMPORTER;
    real_now = world.now_ms;
    real_write = world.write;
    world.now_ms = skewed;
    world.write = limited;
    snprintf(f.path, sizeof f.path, "%s/shop.db", f.directory);
    f.desk = desk_open(&world, f.path, DESK_SERVE, true, &m);
    cr_assert_not_null(f.desk, "%s", m.en);
    cr_assert_eq(writer_call(desk_writer(f.desk), make_code, f.code), WRITER_DONE);
    f.web = web_start(&(struct web_options){ .env = &world, .desk = f.desk, .version = "test" }, message, sizeof message);
    cr_assert_not_null(f.web, "%s", message);
    snprintf(body, sizeof body, "{\"code\":\"%s\",\"name\":\"o\",\"password\":\"copper kettle 7\",\"store\":{\"key\":\"s\",\"name\":\"s\",\"platform\":\"tmall\","
             "\"currency\":\"CNY\",\"zone\":\"Asia/Shanghai\"}}", f.code);
    sign_in(&f, "/setup", body);
    return &f;
}

static void stop(struct fixture *f)
{
    char command[200];
    web_stop(f->web);
    desk_close(f->desk);
    os_env_release(&world);
    /* what is left are the files of this test's own directory */
    const char *const names[] = { "shop.db", "shop.db-wal", "shop.db-shm", "shop.db.lock", "shop.db.sock" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(command, sizeof command, "%s/%s", f->directory, names[i]);
        unlink(command);
    }
    snprintf(command, sizeof command, "%s/shop.db.files", f->directory);
    DIR *d = opendir(command);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlinkat(dirfd(d), e->d_name, 0);
    if (d) closedir(d);
    rmdir(command);
    cr_assert_eq(rmdir(f->directory), 0, "nothing else was left behind in %s", f->directory);
}

static int files(const struct fixture *f)
{
    int n = 0;
    DIR *d = opendir(desk_files_dir(f->desk));
    for (struct dirent *e; d && (e = readdir(d));) n += e->d_name[0] != '.';
    if (d) closedir(d);
    return n;
}

/* A use of the session; waits until it is written down, which happens in the background. */
static int use(const struct fixture *f)
{
    uint64_t before = writer_commits(desk_writer(f->desk));
    int status = get(f, "/stores");
    for (int i = 0; i < 3000 && writer_commits(desk_writer(f->desk)) == before; i++) poll(NULL, 0, 10);
    return status;
}

Test(web_desk, a_session_ends_when_it_is_idle_or_old, .timeout = 180)
{
    struct fixture *f = start();
    cr_assert_eq(get(f, "/stores"), 200);
    for (int i = 0; i < 3; i++) {
        atomic_fetch_add(&skew_ms, 25 * 60000);
        cr_assert_eq(use(f), 200, "in use it goes on");
    }
    atomic_fetch_add(&skew_ms, 31 * 60000);
    cr_assert_eq(get(f, "/stores"), 401, "idle for 31 minutes");
    sign_in(f, "/login", LOGIN);
    for (int64_t t = 0; t < 11 * HOUR + 50 * 60000; t += 25 * 60000) {
        atomic_fetch_add(&skew_ms, 25 * 60000);
        if (t + 25 * 60000 < 12 * HOUR) cr_assert_eq(use(f), 200, "%lld h", (long long)(t / HOUR));
    }
    atomic_fetch_add(&skew_ms, 20 * 60000);
    cr_assert_eq(get(f, "/stores"), 401, "after twelve hours, used or not");
    stop(f);
}

Test(web_desk, a_clock_that_is_set_back_prolongs_nothing, .timeout = 180)
{
    struct fixture *f = start();
    cr_assert_eq(get(f, "/stores"), 200);
    atomic_fetch_add(&skew_ms, -48 * HOUR);
    cr_assert_neq(get(f, "/stores"), 500);
    atomic_fetch_add(&skew_ms, 48 * HOUR + 13 * HOUR);
    cr_assert_eq(get(f, "/stores"), 401);
    sign_in(f, "/login", LOGIN);
    cr_assert_eq(get(f, "/stores"), 200);
    stop(f);
}

Test(web_desk, a_full_disk_is_said_and_survived, .timeout = 180)
{
    static char body[200001];
    char answer[20000];
    struct fixture *f = start();
    memset(body, 'x', sizeof body - 1);
    int before = files(f);
    atomic_store(&disk_full, true);
    int status = ask(f, "POST", "/stores/s/uploads", body, "text/csv", answer, sizeof answer);
    cr_assert_eq(status, 507, "%s", answer);
    cr_assert_not_null(strstr(answer, "\"disk-full\""));
    for (int i = 0; i < 3000 && files(f) != before; i++) poll(NULL, 0, 10);
    cr_assert_eq(files(f), before, "what was begun is gone");
    cr_assert_eq(get(f, "/stores"), 200);
    atomic_store(&disk_full, false);
    cr_assert_eq(ask(f, "POST", "/stores/s/uploads", body, "text/csv", answer, sizeof answer), 201, "with room it goes on, without a restart");
    stop(f);
}

Test(web_desk, uploads_that_nobody_imports_go_after_a_day, .timeout = 180)
{
    char answer[20000], id[32], path[80];
    struct fixture *f = start();
    cr_assert_eq(ask(f, "POST", "/stores/s/uploads", "a,b\n1,2\n", "text/csv", answer, sizeof answer), 201);
    cut(answer, "\"upload_id\":\"", '"', id, sizeof id);
    snprintf(path, sizeof path, "/stores/s/uploads/%s", id);
    cr_assert_eq(get(f, path), 200);
    cr_assert_eq(files(f), 1);
    /* looked at before the clock jumps: the tidying behind it goes by the files' own times, which do not */
    for (int i = 0; i < 3000 && (ask(f, "GET", path, "", "text/plain", answer, sizeof answer) != 200 || !strstr(answer, "\"ready\"")); i++) poll(NULL, 0, 10);
    atomic_fetch_add(&skew_ms, 25 * HOUR);
    sign_in(f, "/login", LOGIN);
    cr_assert_eq(ask(f, "POST", "/stores/s/uploads", "a,b\n1,2\n", "text/csv", answer, sizeof answer), 201);
    for (int i = 0; i < 3000 && files(f) != 1; i++) poll(NULL, 0, 10);
    cr_assert_eq(files(f), 1, "the old one is gone, the new one stays");
    for (int i = 0; i < 3000 && get(f, path) != 404; i++) poll(NULL, 0, 10); /* the file goes before its row */
    cr_assert_eq(get(f, path), 404);
    stop(f);
}

Test(web_desk, another_address_waits_for_an_owner, .timeout = 180)
{
    char message[300];
    struct fixture *f = start();
    struct web_options o = { .env = &world, .desk = f->desk, .version = "test", .address = "0.0.0.0" };
    struct web *second = web_start(&o, message, sizeof message);
    cr_assert_not_null(second, "with an owner it may: %s", message);
    web_stop(second);
    o.address = "127.0.0.1";
    o.port = web_port(f->web);
    cr_assert_null(web_start(&o, message, sizeof message));
    cr_assert_not_null(strstr(message, "port"), "%s", message);
    stop(f);
}
