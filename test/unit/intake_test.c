/* Intake from inside: encodings, names, profiles, memory that runs out, lines without end. What files say is tested in
 * intake_rows_test.py. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/prng.h"
#include "intake/cell.h"
#include "intake/decode.h"
#include "intake/profile_set.h"
#include "intake/sniff.h"

/* ---- memory that is counted and may fail ---- */

struct counted { size_t held, most; int requests, fail_at; };
static void *take(void *ctx, size_t size)
{
    struct counted *c = ctx;
    if (c->fail_at > 0 && ++c->requests >= c->fail_at) return NULL;
    c->held += size;
    if (c->held > c->most) c->most = c->held;
    return malloc(size);
}
static void give(void *ctx, void *block, size_t size)
{
    ((struct counted *)ctx)->held -= size;
    free(block);
}

struct bytes { const char *head; size_t head_len; char fill; int64_t fill_len; int64_t at; };
static ssize_t bytes_read(void *ctx, void *buf, size_t cap)
{
    struct bytes *b = ctx;
    if (b->at < (int64_t)b->head_len) {
        size_t n = b->head_len - (size_t)b->at < cap ? b->head_len - (size_t)b->at : cap;
        memcpy(buf, b->head + b->at, n);
        b->at += (int64_t)n;
        return (ssize_t)n;
    }
    int64_t left = (int64_t)b->head_len + b->fill_len - b->at;
    size_t n = (int64_t)cap < left ? cap : (size_t)left;
    memset(buf, b->fill, n);
    b->at += (int64_t)n;
    return (ssize_t)n;
}
static bool bytes_rewind(void *ctx)
{
    ((struct bytes *)ctx)->at = 0;
    return true;
}

static const int64_t utc_at[1] = { INT64_MIN };
static const int32_t utc_offset[1] = { 0 };
static const struct zone utc = { .name = "UTC", .n = 1, .at_ms = utc_at, .offset_s = utc_offset };
static const struct intake_options options = { .zone = &utc, .currency = { "CNY" }, .country = { "CN", 2 }, .as_of_ms = INSTANT_NONE };

#define HEADER "订单编号,总金额,买家实际支付金额,收货地址,订单创建时间,订单付款时间,退款金额\n"
#define ROW "1,10.00,10.00,上海,2020-02-01 10:00:00,2020-02-01 10:01:00,0.00\n"

struct outcome { bool scanned, ended; int claims, faults; char code[32]; enum intake_refusal refusal; };
static struct outcome run(struct counted *memory, struct bytes *bytes)
{
    struct outcome o = { .scanned = false };
    struct arena_source source = { take, give, memory };
    struct intake_source file = { bytes, bytes_read, bytes_rewind, TEXT("a.csv"), (int64_t)bytes->head_len + bytes->fill_len };
    char error[200];
    struct arena a, batch;
    arena_init(&a, &source, 0);
    arena_init(&batch, &source, 0);
    struct profile_set *set = profile_set_create(&source, error, sizeof error);
    struct intake_scan_result *scan = set ? ARENA_NEW(&a, struct intake_scan_result) : NULL;
    o.scanned = scan && intake_scan(&a, set, &file, &options, NULL, NULL, scan);
    if (o.scanned) o.refusal = scan->refusal;
    struct intake_reader *r = o.scanned && scan->refusal == REFUSED_NOT ? intake_reader_open(&source, &file, &options, scan) : NULL;
    struct intake_row row;
    struct intake_fault fault;
    enum intake_row_kind kind = ROW_ERROR;
    while (r && ((kind = intake_reader_next(r, &batch, &row, &fault)) == ROW_CLAIM || kind == ROW_FAULT)) {
        o.claims += kind == ROW_CLAIM;
        o.faults += kind == ROW_FAULT;
        if (kind == ROW_FAULT) snprintf(o.code, sizeof o.code, "%.*s", (int)fault.code.len, fault.code.ptr);
        arena_clear(&batch);
    }
    o.ended = kind == ROW_END;
    intake_reader_close(r);
    arena_release(&batch);
    arena_release(&a);
    profile_set_free(set);
    return o;
}

Test(intake, line_without_end_takes_no_memory)
{
    const char fills[] = { 'x', '"', ',', ' ', (char)0xE4 };
    for (size_t i = 0; i < sizeof fills; i++) {
        struct counted memory = { 0 };
        struct bytes bytes = { HEADER ROW "2,", strlen(HEADER ROW "2,"), fills[i], (i == 0 ? INT64_C(2048) : 96) * 1024 * 1024, 0 };
        struct outcome o = run(&memory, &bytes);
        cr_assert(o.scanned && o.refusal == REFUSED_NOT && o.ended, "fill %d: refusal %d", fills[i], (int)o.refusal);
        cr_assert_eq(o.claims, 1);
        cr_assert_eq(o.faults, 1, "fill %d: %d faults", fills[i], o.faults);
        cr_assert_str_eq(o.code, "row-too-long");
        cr_assert_lt(memory.most, 16U * 1024 * 1024);
        cr_assert_eq(memory.held, 0U);
    }
}

/* Each quote opens a cell that runs into the limit: reading twice must not become reading many times. */
Test(intake, quotes_everywhere_stay_linear, .timeout = 60)
{
    size_t n = 48 * 1024 * 1024;
    char *text = malloc(n);
    size_t at = strlen(HEADER ROW);
    memcpy(text, HEADER ROW, at);
    while (at + 8 < n) {
        memcpy(text + at, "a,\"b\n", 5);
        at += 5;
    }
    struct counted memory = { 0 };
    struct bytes bytes = { text, at, 0, 0, 0 };
    struct outcome o = run(&memory, &bytes);
    cr_assert(o.scanned && o.ended);
    cr_assert_eq(o.claims, 1);
    cr_assert_geq(o.faults, 1);
    free(text);
}

Test(intake, memory_that_runs_out_is_said)
{
    struct bytes bytes = { HEADER ROW "2,bad\n", strlen(HEADER ROW "2,bad\n"), 0, 0, 0 };
    bool finished = false;
    int n = 1;
    for (; n < 1000 && !finished; n++) {
        struct counted memory = { .fail_at = n };
        bytes.at = 0;
        struct outcome o = run(&memory, &bytes);
        cr_assert_eq(memory.held, 0U, "request %d: %zu bytes kept", n, memory.held);
        finished = o.ended;
        if (finished) cr_assert(o.claims == 1 && o.faults == 1);
    }
    cr_assert(finished && n > 8, "%d", n);
}

static bool read_fails(void *ctx) { (void)ctx; return true; }
static ssize_t failing_read(void *ctx, void *buf, size_t cap)
{
    struct bytes *b = ctx;
    return b->at > 0 ? -1 : bytes_read(ctx, buf, cap);
}
static bool failing_rewind(void *ctx) { (void)ctx; return false; }

Test(intake, source_that_fails)
{
    struct counted memory = { 0 };
    struct arena_source source = { take, give, &memory };
    struct bytes bytes = { HEADER ROW, strlen(HEADER ROW), 0, 0, 0 };
    char error[200];
    struct profile_set *set = profile_set_create(&source, error, sizeof error);
    struct arena a;
    arena_init(&a, &source, 0);
    struct intake_scan_result *scan = ARENA_NEW(&a, struct intake_scan_result);
    struct intake_source file = { &bytes, failing_read, read_fails, TEXT("a.csv"), 0 };
    cr_assert(intake_scan(&a, set, &file, &options, NULL, NULL, scan));
    cr_assert_eq(scan->refusal, REFUSED_UNREADABLE);
    file.rewind = failing_rewind;
    cr_assert(intake_scan(&a, set, &file, &options, NULL, NULL, scan));
    cr_assert_eq(scan->refusal, REFUSED_UNREADABLE);
    intake_refuse(&a, REFUSED_DIRECTORY, TEXT("orders"), scan);
    cr_assert(text_contains(scan->refusal_en, TEXT("“orders” is a folder")));
    arena_release(&a);
    profile_set_free(set);
    cr_assert_eq(memory.held, 0U);
}

/* ---- encodings ---- */

Test(intake, utf8_as_base_sees_it)
{
    struct prng p;
    prng_seed(&p, 11);
    static const unsigned char edges[] = { 0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
                                           0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF };
    int valid = 0;
    for (int i = 0; i < 2000000; i++) {
        char s[24];
        size_t n = (size_t)prng_below(&p, 6) + (i % 7 == 0 ? 16 : 0);
        for (size_t k = 0; k < n; k++) s[k] = (char)(k < 16 && i % 7 == 0 ? 'a' : edges[prng_below(&p, sizeof edges)]);
        bool expected = text_utf8_valid((struct text){ s, n });
        valid += expected && n > 0;
        cr_assert_eq(utf8_check((struct text){ s, n }), expected);
    }
    cr_assert_gt(valid, 10000);
}

static struct encoding_votes votes_of(const char *bytes, size_t n, size_t piece)
{
    struct encoding_votes v = { .utf8_good = 0 };
    for (size_t at = 0; at < n; at += piece) encoding_votes_add(&v, (struct text){ bytes + at, n - at < piece ? n - at : piece });
    return v;
}

Test(intake, votes_do_not_depend_on_pieces)
{
    static const char utf8[] = "价格,颜色\xF0\x9F\x98\x80 é ok\n", gb[] = "\xBC\xDB\xB8\xF1,\xD1\xD5\xC9\xAB\x81\x30\x84\x36 ok\n", mixed[] = "\xE4\xBB\xB7\xFF价\xE4\xBB";
    for (size_t piece = 1; piece < 40; piece++) {
        struct encoding_votes a = votes_of(utf8, sizeof utf8 - 1, piece), b = votes_of(gb, sizeof gb - 1, piece), c = votes_of(mixed, sizeof mixed - 1, piece);
        cr_assert(a.utf8_bad == 0 && a.utf8_good == 6, "%zu: %d %d", piece, (int)a.utf8_good, (int)a.utf8_bad);
        cr_assert_eq(encoding_votes_result(&a), ENCODING_UTF8);
        cr_assert(b.utf8_bad > 0 && b.gb_bad == 0);
        cr_assert_eq(encoding_votes_result(&b), ENCODING_GB18030);
        cr_assert(c.utf8_good == 2 && c.utf8_bad == 1, "a cut end is no error");
    }
}

Test(intake, gb18030_rooms_suffice)
{
    struct prng p;
    prng_seed(&p, 5);
    int good = 0;
    for (int i = 0; i < 300000; i++) {
        char in[24];
        size_t n = (size_t)prng_below(&p, 20), len = 0;
        for (size_t k = 0; k < n; k++) in[k] = (char)(prng_below(&p, 3) == 0 ? 0x30 + prng_below(&p, 16) : 0x80 + prng_below(&p, 128));
        char *out = malloc(GB18030_ROOM(n)), *lossy = malloc(3 * n + 8); /* exactly: the sanitizer sees a byte more */
        struct text s = { in, n };
        bool decoded = gb18030_to_utf8(s, out, &len);
        cr_assert_eq(decoded, gb18030_check(s));
        if (decoded) cr_assert(text_utf8_valid((struct text){ out, len }));
        size_t lossy_len = decode_lossy(ENCODING_GB18030, s, lossy);
        cr_assert(text_utf8_valid((struct text){ lossy, lossy_len }));
        if (decoded) cr_assert(lossy_len == len && memcmp(out, lossy, len) == 0);
        good += decoded && n > 1;
        free(out);
        free(lossy);
    }
    cr_assert_gt(good, 1000);
}

Test(intake, what_is_shown_holds_no_nul)
{
    char out[3 * 5 + 8];
    const enum intake_encoding all[] = { ENCODING_UTF8, ENCODING_GB18030 };
    for (int i = 0; i < 2; i++) {
        size_t n = decode_lossy(all[i], (struct text){ "a\0b\0", 4 }, out);
        cr_expect(text_eq((struct text){ out, n }, TEXT("a\xEF\xBF\xBD" "b\xEF\xBF\xBD")));
    }
}

/* ---- small readings ---- */

Test(intake, scientific_numbers)
{
    static const char *const yes[] = { "3.51531E+16", "1E+5", "1e17", "35E+15", "3.5E16" }, *const no[] = { "", "E", "351531", "3.5", "WE+5", "3E", "3.5E+", "A1E5", "2021E1", "3.5E-5", "1E+5x" };
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) cr_assert(is_scientific(text_from_cstr(yes[i])), "%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) cr_assert_not(is_scientific(text_from_cstr(no[i])), "%s", no[i]);
}

Test(intake, provinces)
{
    static const struct { const char *from, *to; } rows[] = {
        { "浙江省 杭州市", "浙江省" }, { "上海", "上海" }, { "上海市", "上海" }, { "内蒙古", "内蒙古自治区" }, { "新疆", "新疆维吾尔自治区" }, { "黑龙江省", "黑龙江省" },
        { "中国 西藏自治区 拉萨市", "西藏自治区" }, { "香港特别行政区 九龙", "香港特别行政区" }, { "幸福路1号", "" }, { "", "" }, { "Zhejiang", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert(text_is(province_find(text_from_cstr(rows[i].from)), rows[i].to), "%s", rows[i].from);
}

Test(intake, headers_fold)
{
    struct arena a;
    struct counted memory = { 0 };
    arena_init(&a, &(struct arena_source){ take, give, &memory }, 0);
    static const struct { const char *from, *to; } rows[] = {
        { "收货地址 ", "收货地址" }, { "\xEF\xBB\xBF订单编号", "订单编号" }, { "实际发货物流：运单号", "实际发货物流:运单号" }, { "Financial  Status", "financial status" },
        { "产品信息\n（双击单元格展开所有产品信息！）", "产品信息(双击单元格展开所有产品信息！)" }, { "\xC2\xA0 价格\xE3\x80\x80", "价格" }, { "", "" }, { " \n ", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text got = header_fold(&a, text_from_cstr(rows[i].from));
        cr_assert(text_is(got, rows[i].to), "%s -> %.*s", rows[i].from, (int)got.len, got.ptr);
    }
    arena_release(&a);
}

/* ---- profiles ---- */

Test(intake, profiles_that_are_none)
{
    static const struct { const char *json, *says; } rows[] = {
        { "", "JSON" }, { "[]", "JSON" }, { "{\"name\":\"x\"}", "order_no" }, { "{\"columns\":{\"a\":\"order_no\"}}", "name" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"colour\"}}", "no such field: colour" }, { "{\"name\":\"x\",\"columns\":{\"a\":7}}", "name a field" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"order_no\"},\"status\":{\"ok\":\"good\"}}", "status word" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"order_no\"},\"required\":[\"paid_at\"]}", "no column is mapped to: paid_at" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"order_no\"},\"color\":1}", "no such part" }, { "{\"name\":\"x\",\"columns\":{}}", "1 to 512" },
        { "{\"name\":\"taobao-orders\",\"columns\":{\"a\":\"order_no\"}}", "taken" }, { "{\"name\":\"x\\n\",\"columns\":{\"a\":\"order_no\"}}", "control" },
        { "{\"name\":\"x\",\"name\":\"y\",\"columns\":{\"a\":\"order_no\"}}", "JSON" },
        { "{\"name\":\"x\",\"columns\":{\"a\":[\"order_no\",\"title\",\"buyer\",\"name\"]}}", "too many fields" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"order_no\"},\"region\":\"moon\"}", "one of two words" },
        { "{\"name\":\"x\",\"subject\":\"socks\",\"columns\":{\"a\":\"order_no\"}}", "no such subject" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"sku_code\",\"b\":\"on_hand\"},\"subject\":\"stock\",\"status\":{\"a\":\"b\"}}", "status word" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"placed_at\"},\"subject\":\"stock\"}", "no such field" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"sku_code\",\"b\":\"title\"},\"subject\":\"stock\"}", "what it says: stock" },
        { "{\"name\":\"x\",\"columns\":{\"b\":\"on_hand\"},\"subject\":\"stock\"}", "what it says: stock" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"visitors\"},\"subject\":\"traffic\"}", "no column is mapped to: day" },
        { "{\"name\":\"x\",\"columns\":{\"a\":\"sku_code\",\"b\":\"on_hand@pc\"},\"subject\":\"stock\"}", "no parts" },
        { "{\"name\":\"x\",\"columns\":{\"d\":\"day\",\"a\":[\"visitors@1\",\"visitors@2\"],\"b\":[\"views@3\",\"views@4\",\"views@5\"]},\"subject\":\"traffic\"}", "too many parts" },
        { "{\"name\":\"x\",\"columns\":{\"d\":\"day\",\"a\":\"visitors\"},\"subject\":\"traffic\",\"peers\":{\"w\":\"worst\"}}", "mine, average or excellent" },
        { "{\"name\":\"stock\",\"columns\":{\"a\":\"sku_code\",\"b\":\"on_hand\"},\"subject\":\"stock\"}", "taken" },
    };
    struct counted memory = { 0 };
    struct arena_source source = { take, give, &memory };
    char error[200];
    struct profile_set *set = profile_set_create(&source, error, sizeof error);
    cr_assert(set, "%s", error);
    int built_in = profile_count(set);
    cr_assert_gt(built_in, SUBJECT_COUNT);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert_not(profile_set_add(set, text_from_cstr(rows[i].json), error, sizeof error), "%s", rows[i].json);
        cr_assert(text_contains(text_from_cstr(error), text_from_cstr(rows[i].says)), "%s: %s", rows[i].json, error);
    }
    cr_assert_eq(profile_count(set), built_in);
    cr_assert(profile_set_add(set, TEXT("{\"name\":\"x\",\"columns\":{\"No\":\"order_no\",\"当\":\"\"},\"zone\":null}"), error, sizeof error), "%s", error);
    const struct profile *x = profile_set_find(set, TEXT("x"));
    cr_assert(x && x == profile_at(set, built_in) && text_is(profile_title(x, true), "x") && text_empty(profile_zone(x)));
    cr_assert_not(profile_set_add(set, profile_json(x), error, sizeof error));
    profile_set_free(set);
    cr_assert_eq(memory.held, 0U);
}

Test(intake, fields_are_told_apart)
{
    for (int i = 0; i < intake_field_count; i++) {
        cr_assert_eq((int)field_find(text_from_cstr(intake_fields[i].word)), i + 1);
        cr_assert(intake_fields[i].en[0] && intake_fields[i].zh[0]);
    }
    cr_assert_eq(field_find(TEXT("")), FIELD_NONE);
}
