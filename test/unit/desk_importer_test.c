/* The process that reads files, from the desk's side: what it may not do stops it, and nothing else; what it says is what intake says
 * in the desk's own process; and the walls' control, where every try goes through. test_importer.c does the trying. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xlsxwriter.h>
#include "desk/commands.h"
#include "desk/importer.h"
#include "desk/importer_pack.h"
#include "desk/source.h"
#include "os/os.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static const char table[] = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n";
static struct { struct env env; char directory[40], path[64], mark[64]; struct profile_set *set; struct intake_options options; struct arena arena; } f;

static void begin(void)
{
    char error[200];
    cr_assert(os_env_init(&f.env));
    snprintf(f.directory, sizeof f.directory, "/tmp/zg-importer-XXXXXX");
    cr_assert(mkdtemp(f.directory));
    snprintf(f.path, sizeof f.path, "%s/orders.csv", f.directory);
    snprintf(f.mark, sizeof f.mark, "%s/mark", f.directory);
    f.env.importer = TEST_IMPORTER;
    f.set = profile_set_create(&f.env.memory, error, sizeof error);
    cr_assert(f.set, "%s", error);
    f.options = (struct intake_options){ .zone = f.env.zone(f.env.ctx, "Asia/Shanghai"), .find_zone = f.env.zone, .find_zone_ctx = f.env.ctx,
                                         .currency = { "CNY" }, .country = TEXT("CN"), .as_of_ms = INSTANT_NONE };
    arena_init(&f.arena, &f.env.memory, 0);
}

static void finish(void)
{
    DIR *d = opendir(f.directory);
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') unlinkat(dirfd(d), e->d_name, 0);
    if (d) closedir(d);
    rmdir(f.directory);
    arena_release(&f.arena);
    profile_set_free(f.set);
    os_env_release(&f.env);
}
TestSuite(importer, .init = begin, .fini = finish, .timeout = 120);

/* "zg-try WORD MARK", then so many good rows. */
static void write_file(const char *verb, const char *word, int rows)
{
    FILE *o = fopen(f.path, "w");
    cr_assert(o);
    if (verb) fprintf(o, "%s %s %s\n", verb, word, f.mark);
    fputs(table, o);
    for (int i = 0; i < rows; i++) fprintf(o, "%d,%d.%02d,0.00,上海,2020-02-20 10:%02d:00,,0\n", 1000000 + i, 10 + i % 90, i % 100, i % 60);
    cr_assert_eq(fclose(o), 0);
}

static struct importer *open_importer(void)
{
    struct stat st;
    cr_assert_eq(stat(f.path, &st), 0);
    struct importer *im = importer_open(&(struct importer_ask){ .env = &f.env, .path = f.path, .name = TEXT("orders.csv"), .bytes = st.st_size, .profiles = f.set });
    cr_assert(im);
    return im;
}

static bool is_marked(void) { return access(f.mark, F_OK) == 0; }

/* The fault that a try ends in. */
static enum importer_fault attempt(const char *word)
{
    struct intake_scan_result *scan = ARENA_NEW(&f.arena, struct intake_scan_result);
    write_file("zg-try", word, 3);
    struct importer *im = open_importer();
    cr_assert(importer_scan(im, &f.arena, &f.options, NULL, NULL, scan));
    const enum importer_fault fault = importer_fault(im);
    cr_expect_eq(scan->refusal, fault == IMPORTER_WELL ? REFUSED_NOT : REFUSED_STOPPED, "%s: %s", word, intake_refusal_word(scan->refusal));
    if (fault != IMPORTER_WELL) cr_expect(scan->refusal_en.len > 0 && scan->refusal_zh.len > 0 && text_utf8_valid(scan->refusal_zh));
    importer_close(im);
    return fault;
}

/* ---- the walls ---- */

static const char *const forbidden[] = { "open", "create", "unlink", "execve", "fork", "ptrace", "kill", "run-memory", "connect", "unix", "own" };

/* What the tries need to go through without walls: a file to remove, sockets that listen. */
static void make_targets(int ret_sockets[2])
{
    char other[80];
    struct sockaddr_in here = { .sin_family = AF_INET };
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    socklen_t size = sizeof here;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ret_sockets[0] = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert(bind(ret_sockets[0], (struct sockaddr *)&here, sizeof here) == 0 && listen(ret_sockets[0], 8) == 0 &&
              getsockname(ret_sockets[0], (struct sockaddr *)&here, &size) == 0);
    snprintf(f.mark, sizeof f.mark, "%s/mark-%u", f.directory, (unsigned)ntohs(here.sin_port));
    snprintf(other, sizeof other, "%s.there", f.mark);
    close(open(other, O_WRONLY | O_CREAT, 0600));
    snprintf(local.sun_path, sizeof local.sun_path, "%s.sock", f.mark);
    ret_sockets[1] = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert(bind(ret_sockets[1], (struct sockaddr *)&local, sizeof local) == 0 && listen(ret_sockets[1], 8) == 0);
}

Test(importer, what_it_may_not_do_stops_it)
{
    int sockets[2];
    make_targets(sockets);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        cr_expect_eq(attempt(forbidden[i]), IMPORTER_STOPPED, "%s was not stopped", forbidden[i]);
        cr_expect_not(is_marked(), "%s went through", forbidden[i]);
    }
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(fcntl(sockets[i], F_SETFL, O_NONBLOCK), 0);
        cr_expect(accept(sockets[i], NULL, NULL) < 0, "a connection was made");
    }
}

/* The same program and the same tries, without walls: if one did not go through here, it would prove nothing there. */
Test(importer, control_without_walls_every_try_goes_through)
{
    int sockets[2];
    make_targets(sockets);
    f.env.importer = TEST_IMPORTER_OPEN;
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        (void)attempt(forbidden[i]);
        for (int wait = 0; wait < 200 && !is_marked(); wait++) usleep(5000); /* a program that was started marks a little later */
        cr_expect(is_marked(), "%s does not go through even without walls", forbidden[i]);
        unlink(f.mark);
    }
}

/* Written to standard error by the one who looks from inside. */
Test(importer, it_has_the_wire_the_file_the_spill_and_standard_error_only)
{
    int keep = dup(STDERR_FILENO), many[20], pipes[2];
    char seen[2048] = "";
    for (int i = 0; i < 20; i++) many[i] = open("/dev/null", O_RDWR); /* not close-on-exec: as a library may leave them */
    cr_assert(pipe(pipes) == 0 && dup2(pipes[1], STDERR_FILENO) == STDERR_FILENO);
    const enum importer_fault fault = attempt("descriptors");
    dup2(keep, STDERR_FILENO);
    close(pipes[1]);
    for (size_t at = 0; at < sizeof seen - 1;) {
        const ssize_t n = read(pipes[0], seen + at, sizeof seen - 1 - at);
        if (n <= 0) break;
        at += (size_t)n;
    }
    for (int i = 0; i < 20; i++) close(many[i]);
    cr_expect_eq(fault, IMPORTER_WELL);
    cr_expect_str_eq(seen, "descriptor 2\ndescriptor 3\ndescriptor 4\ndescriptor 5\n");
}

Test(importer, a_kernel_of_today_has_all_walls)
{
    const struct importer_walls w = importer_try(&f.env);
    cr_expect_eq(w.fault, IMPORTER_WELL);
    if (w.state.landlock_abi > 0 && w.state.seccomp) cr_expect_eq(importer_walls_text(&f.arena, &w, true).len, 0);
    const struct importer_walls none = { IMPORTER_WELL, { 0, false } };
    cr_expect(text_contains(importer_walls_text(&f.arena, &none, false), TEXT("neither Landlock nor seccomp")));
    cr_expect(text_contains(importer_walls_text(&f.arena, &none, true), TEXT("没有 Landlock 和 seccomp")));
}

/* ---- broken, endless, lying ---- */

Test(importer, how_it_ended_is_told)
{
    static const struct { const char *word; enum importer_fault fault; } cases[] = {
        { "crash", IMPORTER_DIED }, { "abort", IMPORTER_DIED }, { "memory", IMPORTER_NO_MEMORY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (SANITIZED && cases[i].fault == IMPORTER_NO_MEMORY) continue; /* its shadow takes terabytes: there is no limit then */
        const enum importer_fault fault = attempt(cases[i].word);
        /* a sanitizer that wants to tell of a crash opens files, and is stopped at that */
        cr_expect(fault == cases[i].fault || (SANITIZED && fault == IMPORTER_STOPPED), "%s", cases[i].word);
    }
    cr_expect_not(is_marked());
    f.env.importer = "/nowhere/at/all";
    cr_expect_eq(attempt("open"), IMPORTER_NOT_STARTED);
    f.env.importer = NULL;
    cr_expect_eq(attempt("open"), IMPORTER_NOT_STARTED, "without a program for it, a file was read in the desk");
    f.env.importer = "/bin/true";
    cr_expect_neq(attempt("open"), IMPORTER_WELL);
}

/* Half the file's rows are believed, then come bytes that are no answer. */
Test(importer, what_makes_no_sense_stops_it)
{
    static const char *const words[] = { "nonsense", "huge-frame" };
    enum { ROWS = 60000 };
    struct intake_scan_result *scan = ARENA_NEW(&f.arena, struct intake_scan_result);
    struct arena batch;
    arena_init(&batch, &f.env.memory, 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct intake_row row;
        struct intake_fault fault;
        enum intake_row_kind kind;
        int64_t rows = 0;
        write_file("zg-try-rows", words[i], ROWS);
        struct importer *im = open_importer();
        cr_assert(importer_scan(im, &f.arena, &f.options, NULL, NULL, scan) && scan->refusal == REFUSED_NOT, "%s", words[i]);
        cr_assert(importer_read(im, &f.options, scan, 0));
        while ((kind = importer_next(im, &batch, &row, &fault)) == ROW_CLAIM) {
            if (++rows % 1000 == 0) arena_clear(&batch);
        }
        cr_expect_eq(kind, ROW_ERROR);
        cr_expect_eq(importer_fault(im), IMPORTER_NONSENSE, "%s", words[i]);
        cr_expect(rows > 0 && rows < ROWS);
        cr_expect_eq(importer_next(im, &batch, &row, &fault), ROW_ERROR);
        importer_close(im);
    }
    arena_release(&batch);
}

static bool stop_soon(void *ctx)
{
    int *asked = ctx;
    return ++*asked >= 3;
}

Test(importer, a_reading_that_stands_still_is_ended_when_the_desk_closes)
{
    int asked = 0;
    struct intake_scan_result *scan = ARENA_NEW(&f.arena, struct intake_scan_result);
    write_file("zg-try", "hang", 3);
    struct importer *im = importer_open(&(struct importer_ask){ .env = &f.env, .path = f.path, .name = TEXT("orders.csv"), .profiles = f.set, .stop = stop_soon, .stop_ctx = &asked });
    cr_assert(importer_scan(im, &f.arena, &f.options, NULL, NULL, scan));
    cr_expect_eq(importer_fault(im), IMPORTER_ENDED);
    importer_close(im);
}

/* Time is the desk's own to tell: here the limit is half a second. */
Test(importer, a_reading_that_stands_still_is_ended_when_its_time_is_up)
{
    struct intake_scan_result *scan = ARENA_NEW(&f.arena, struct intake_scan_result);
    write_file("zg-try", "hang", 3);
    struct importer *im = importer_open(&(struct importer_ask){ .env = &f.env, .path = f.path, .name = TEXT("orders.csv"), .profiles = f.set, .silent_ms = 500 });
    cr_assert(importer_scan(im, &f.arena, &f.options, NULL, NULL, scan));
    cr_expect_eq(importer_fault(im), IMPORTER_SILENT);
    cr_expect(text_contains(scan->refusal_en, TEXT("stood still")));
    write_file(NULL, NULL, 3); /* the next question has a process of its own */
    cr_assert(importer_scan(im, &f.arena, &f.options, NULL, NULL, scan));
    cr_expect_eq(scan->refusal, REFUSED_NOT);
    cr_expect_eq(scan->rows, 3);
    importer_close(im);
}

/* ---- what it says ---- */

/* Bytes of a struct that are its members', all of them: what the lists of importer_pack.c add up to. A member that slips into what the
 * compiler had left loose is noticed here, any other one by the compiler. */
#if defined(__GNUC__) && !defined(__clang__)
#define MEMBER_BYTES(type)                                              \
    ({                                                                  \
        __extension__ type whole;                                       \
        size_t count = 0;                                               \
        memset(&whole, 0xFF, sizeof whole);                             \
        __builtin_clear_padding(&whole);                                \
        for (size_t i = 0; i < sizeof whole; i++) count += ((unsigned char *)&whole)[i] != 0; \
        count;                                                          \
    })
Test(importer, no_member_of_a_struct_is_left_out)
{
    cr_expect_eq(__extension__ MEMBER_BYTES(struct order_claim), sizeof(struct order_claim) - CLAIM_LOOSE - CLAIM_LINE_LOOSE - CLAIM_PAYMENT_LOOSE);
    cr_expect_eq(__extension__ MEMBER_BYTES(struct record_claim), sizeof(struct record_claim) - RECORD_LOOSE);
    cr_expect_eq(__extension__ MEMBER_BYTES(struct record_value), sizeof(struct record_value) - VALUE_LOOSE);
    cr_expect_eq(__extension__ MEMBER_BYTES(struct intake_fault), sizeof(struct intake_fault) - FAULT_LOOSE);
    cr_expect_eq(__extension__ MEMBER_BYTES(struct intake_scan_result), sizeof(struct intake_scan_result) - SCAN_LOOSE - PART_LOOSE);
}
#endif

/* The rows of a file, packed: by intake in this process, or by the importer. */
static size_t rows_packed(struct importer *im, struct intake_reader *reader, void *to, size_t size, int *ret_faults)
{
    struct packer p = { .begin = to, .at = to, .end = (unsigned char *)to + size };
    struct intake_row row;
    struct intake_fault fault;
    enum intake_row_kind kind;
    *ret_faults = 0;
    while ((kind = im ? importer_next(im, &f.arena, &row, &fault) : intake_reader_next(reader, &f.arena, &row, &fault)) == ROW_CLAIM || kind == ROW_FAULT) {
        if (kind == ROW_CLAIM) pack_row(&p, &row, im ? importer_line(im) : intake_reader_line(reader));
        else pack_fault(&p, &fault), ++*ret_faults;
    }
    cr_assert_eq(kind, ROW_END);
    cr_assert_not(p.full);
    return (size_t)(p.at - p.begin);
}

static size_t scan_packed(const struct intake_scan_result *scan, void *to, size_t size)
{
    struct packer p = { .begin = to, .at = to, .end = (unsigned char *)to + size };
    pack_scan(&p, scan);
    cr_assert_not(p.full);
    return (size_t)(p.at - p.begin);
}

static void says_the_same(int want_faults)
{
    enum { SIZE = 8 * 1024 * 1024 };
    struct intake_scan_result *here = ARENA_NEW(&f.arena, struct intake_scan_result), *there = ARENA_NEW(&f.arena, struct intake_scan_result);
    unsigned char *a = arena_take(&f.arena, SIZE, 1), *b = arena_take(&f.arena, SIZE, 1);
    struct stat st;
    struct file_source file = { .env = &f.env, .path = f.path };
    int faults_here, faults_there;
    cr_assert(here && there && a && b && stat(f.path, &st) == 0);
    struct intake_source source = file_source_of(&file, "orders.csv", st.st_size);
    struct file_spill spill_file;
    const struct intake_spill spill = file_spill_of(&spill_file, &f.env, f.path);
    f.options.spill = &spill;
    cr_assert(file_source_rewind(&file) && intake_scan(&f.arena, f.set, &source, &f.options, NULL, NULL, here));
    struct importer *im = open_importer();
    cr_assert(importer_scan(im, &f.arena, &f.options, NULL, NULL, there));
    size_t n = scan_packed(here, a, SIZE);
    cr_assert_eq(scan_packed(there, b, SIZE), n, "%.*s / %.*s", (int)here->refusal_en.len, here->refusal_en.ptr, (int)there->refusal_en.len, there->refusal_en.ptr);
    cr_expect_eq(memcmp(a, b, n), 0, "the scans differ");
    cr_assert_eq(here->refusal, REFUSED_NOT, "%.*s", (int)here->refusal_en.len, here->refusal_en.ptr);
    struct intake_reader *reader = file_source_rewind(&file) ? intake_reader_open(&f.env.memory, &source, &f.options, here) : NULL;
    cr_assert(reader && importer_read(im, &f.options, there, 0));
    n = rows_packed(NULL, reader, a, SIZE, &faults_here);
    cr_assert_eq(rows_packed(im, NULL, b, SIZE, &faults_there), n);
    cr_expect_eq(memcmp(a, b, n), 0, "the rows differ");
    cr_expect_eq(faults_here, want_faults);
    cr_expect_eq(faults_there, want_faults);
    intake_reader_close(reader);
    file_source_close(&file);
    file_spill_close(&spill_file);
    f.options.spill = NULL;
    importer_close(im);
}

static void write_text(const char *text)
{
    FILE *o = fopen(f.path, "w");
    cr_assert(o && fputs(text, o) >= 0 && fclose(o) == 0);
}

Test(importer, orders_come_over_as_they_are)
{
    write_file(NULL, NULL, 20000);
    FILE *o = fopen(f.path, "a");
    for (int i = 0; i < 50; i++) fprintf(o, "%d,bad,0.00,\"浙江省 杭州市, 某路 %d 号\",2020-02-20 10:00:00,,0\n3.5E+15,1.00,1.00,上海,2020-02-20 10:00:00,,0\n", 5000000 + i, i);
    fclose(o);
    says_the_same(100);
}

Test(importer, lines_of_orders_and_records_come_over_as_they_are)
{
    write_text("子订单编号,主订单编号,标题,价格,购买数量,外部系统编号,商品属性,订单状态,商家编码\n"
               "1,11,杯子,12.50,2,A-1,颜色:红,交易成功,A-1\n2,11,盘子,7.00,1,A-2,,等待买家付款,A-2\n3,12,\"碗,大\",-1,1,,,交易关闭,\n");
    says_the_same(1);
    write_text("product,sku,title,stock,day\n1,a,杯子,12,2020-02-20\n2,b,盘子,x,2020-02-20\n3,c,碗,0,2020-02-21\n");
    f.options.profile = NULL;
    struct intake_scan_result *scan = ARENA_NEW(&f.arena, struct intake_scan_result);
    struct importer *im = open_importer();
    cr_assert(importer_scan(im, &f.arena, &f.options, NULL, NULL, scan));
    cr_assert(scan->profile && profile_subject(scan->profile) != SUBJECT_ORDERS, "not known as a record: %.*s", (int)scan->refusal_en.len, scan->refusal_en.ptr);
    importer_close(im);
    says_the_same(1);
}

/* Unpacking and XML are other people's libraries: whatever they ask the system for must be let through. */
Test(importer, a_workbook_and_an_archive_come_over_as_they_are)
{
    static const char *const heads[] = { "订单编号", "总金额", "买家实际支付金额", "收货地址 ", "订单创建时间", "订单付款时间 ", "退款金额" };
    char book[80], command[300];
    snprintf(book, sizeof book, "%s/book.xlsx", f.directory);
    lxw_workbook *w = workbook_new(book);
    lxw_worksheet *sheet = workbook_add_worksheet(w, "订单");
    for (lxw_col_t c = 0; c < 7; c++) worksheet_write_string(sheet, 0, c, heads[c], NULL);
    for (lxw_row_t r = 1; r <= 3000; r++) {
        char no[20], when[32];
        snprintf(no, sizeof no, "%u", 7000000 + r);
        snprintf(when, sizeof when, "2020-02-20 10:%02u:00", r % 60);
        const char *const cells[] = { no, r == 77 ? "bad" : "12.50", "0.00", "上海", when, "", "0" };
        for (lxw_col_t c = 0; c < 7; c++) worksheet_write_string(sheet, r, c, cells[c], NULL);
    }
    cr_assert_eq(workbook_close(w), LXW_NO_ERROR);
    cr_assert_eq(rename(book, f.path), 0);
    says_the_same(1);
    cr_assert_eq(rename(f.path, book), 0);
    snprintf(command, sizeof command, "cd %s && python3 -c \"import zipfile; zipfile.ZipFile('orders.csv', 'w', zipfile.ZIP_DEFLATED).write('book.xlsx')\"", f.directory);
    cr_assert_eq(system(command), 0);
    says_the_same(1);
}

/* Zones and a user's profile go along. */
Test(importer, a_users_profile_and_a_zone_far_away_go_along)
{
    char error[200];
    static const char mine[] = "{\"name\":\"mine\",\"en\":\"Mine\",\"zh\":\"我的\",\"zone\":\"America/Los_Angeles\",\"columns\":{\"No\":\"order_no\",\"When\":\"placed_at\",\"Sum\":\"total\"},"
                               "\"required\":[\"order_no\",\"placed_at\"]}";
    cr_assert(profile_set_add(f.set, (struct text){ mine, sizeof mine - 1 }, error, sizeof error), "%s", error);
    write_text("No,When,Sum\n7,2020-03-08 01:59:59,5.00\n8,2020-03-08 03:00:00,6\n");
    says_the_same(0);
}

/* A lower limit than its own is left as it is: here three seconds of processor time, which it inherits. */
Test(importer, a_reading_that_never_ends_is_ended_by_its_processor_time)
{
    struct rlimit r;
    cr_assert_eq(getrlimit(RLIMIT_CPU, &r), 0);
    r.rlim_cur = 3;
    cr_assert_eq(setrlimit(RLIMIT_CPU, &r), 0);
    cr_expect_eq(attempt("hang"), IMPORTER_SLOW);
}

/* ---- through the desk ---- */

static enum desk_result import(struct desk *d, struct import_figures *figures, struct desk_message *m)
{
    const char *paths[] = { f.path };
    return desk_import(d, &(struct import_ask){ .store = TEXT("main"), .paths = paths, .count = 1, .as_of_ms = INSTANT_NONE }, NULL, NULL, figures, m);
}

static struct desk *open_desk(void)
{
    char path[128];
    struct desk_message m = { 0 };
    snprintf(path, sizeof path, "%s/shop.db", f.directory);
    struct desk *d = desk_open(&f.env, path, DESK_SERVE, true, &m);
    cr_assert(d, "%s", m.en);
    const struct shop_new n = { TEXT("main"), TEXT("shop"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
    cr_assert_eq(desk_shop_create(d, &n, 0, &m), DESK_DONE, "%s", m.en);
    return d;
}

Test(importer, a_stopped_import_says_so_changes_nothing_and_the_desk_lives)
{
    static struct import_figures figures;
    struct desk_message m = { 0 };
    struct desk *d = open_desk();
    write_file("zg-try", "connect", 3);
    cr_expect_eq(import(d, &figures, &m), DESK_REFUSED);
    cr_expect_str_eq(m.code, "importer-stopped");
    cr_expect(strstr(m.en, "Nothing of it was taken in") && strstr(m.zh, "没有导入任何内容"), "%s / %s", m.en, m.zh);
    write_file(NULL, NULL, 5);
    cr_expect_eq(import(d, &figures, &m), DESK_DONE, "%s", m.en);
    cr_expect_eq(figures.files[0].added, 5);
    desk_close(d);
}

/* Killed in the middle of its rows: what was acknowledged stands, and both ways on are open. */
Test(importer, an_import_that_loses_its_importer_is_interrupted)
{
    enum { ROWS = 60000 };
    static struct import_figures figures;
    struct desk_message m = { 0 };
    struct desk *d = open_desk();
    for (int undo = 0; undo < 2; undo++) {
        write_file("zg-try-rows", undo ? "crash" : "create", ROWS);
        cr_expect_eq(import(d, &figures, &m), DESK_FAILED);
        cr_expect_str_eq(m.code, undo && !SANITIZED ? "importer-died" : "importer-stopped");
        cr_expect(strstr(m.en, "The rows before that are in") && strstr(m.zh, "此前的行都在"), "%s / %s", m.en, m.zh);
        cr_expect(figures.files[0].rows_done > 0 && figures.files[0].rows_done < ROWS, "%lld rows", (long long)figures.files[0].rows_done);
        const int64_t id = figures.import_id;
        if (undo) {
            cr_expect_eq(desk_import_undo(d, id, 0, NULL, NULL, &figures, &m), DESK_DONE, "%s", m.en);
        } else {
            f.env.importer = TEST_IMPORTER_OPEN; /* the same file, read by one that is let do it: the rows come to their end */
            cr_expect_eq(desk_import_resume(d, id, 0, NULL, NULL, &figures, &m), DESK_DONE, "%s", m.en);
            cr_expect_eq(figures.files[0].added, ROWS);
            cr_expect(is_marked());
            cr_expect_eq(desk_import_undo(d, id, 0, NULL, NULL, &figures, &m), DESK_DONE, "%s", m.en);
            f.env.importer = TEST_IMPORTER;
        }
        unlink(f.mark);
    }
    desk_close(d);
}
