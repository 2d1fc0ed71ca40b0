/* Our JSON entry: a user's profile. Whatever the bytes are, they are refused with a sentence or taken; what is taken gives the same
 * JSON back, which is taken again, and reads a small file of its own. */
#include <string.h>
#include "base/instant.h"
#include "fuzz.h"
#include "fuzz_memory.h"
#include "intake/profile.h"

static const char table[] = "No,When,Sum,State,Note\n7,2020-01-01 10:00:00,5.00,ok,hello\n8,2020-01-01,6,no,\n";
static ssize_t table_read(void *ctx, void *buf, size_t cap)
{
    size_t *at = ctx, n = sizeof table - 1 - *at < cap ? sizeof table - 1 - *at : cap;
    memcpy(buf, table + *at, n);
    *at += n;
    return (ssize_t)n;
}
static bool table_rewind(void *ctx)
{
    *(size_t *)ctx = 0;
    return true;
}

static void read_with(const struct arena_source *memory, const struct profile_set *set, const struct profile *p)
{
    static const int64_t at_ms[1] = { INT64_MIN };
    static const int32_t offset_s[1] = { 0 };
    static const struct zone zone = { .name = "UTC", .n = 1, .at_ms = at_ms, .offset_s = offset_s };
    size_t at = 0;
    struct intake_options opt = { .zone = &zone, .currency = { "EUR" }, .profile = p, .as_of_ms = INSTANT_NONE };
    struct intake_source source = { &at, table_read, table_rewind, TEXT("t.csv"), sizeof table - 1 };
    struct arena a, batch;
    struct intake_row row;
    struct intake_fault fault;
    arena_init(&a, memory, 0);
    arena_init(&batch, memory, 0);
    struct intake_scan_result *scan = ARENA_NEW(&a, struct intake_scan_result);
    FUZZ_CHECK(scan && intake_scan(&a, set, &source, &opt, NULL, NULL, scan));
    struct intake_reader *r = scan->refusal == REFUSED_NOT ? intake_reader_open(memory, &source, &opt, scan) : NULL;
    if (r) {
        enum intake_row_kind kind;
        while ((kind = intake_reader_next(r, &batch, &row, &fault)) == ROW_CLAIM || kind == ROW_FAULT) {}
        FUZZ_CHECK(kind == ROW_END);
        intake_reader_close(r);
    }
    arena_release(&batch);
    arena_release(&a);
}

/* What is taken by itself goes into a set: once, and its JSON comes back whole. */
static void check_set(const struct arena_source *memory, struct text json)
{
    char error[200] = "";
    struct profile_set *set = profile_set_create(memory, error, sizeof error), *other = profile_set_create(memory, error, sizeof error);
    FUZZ_CHECK(set && other);
    int before = profile_count(set);
    if (profile_set_add(set, json, error, sizeof error)) {
        FUZZ_CHECK(profile_count(set) == before + 1);
        const struct profile *p = profile_at(set, before);
        FUZZ_CHECK(profile_json(p).len == json.len && memcmp(profile_json(p).ptr, json.ptr, json.len) == 0);
        FUZZ_CHECK(profile_set_add(other, profile_json(p), error, sizeof error));
        FUZZ_CHECK(!profile_set_add(set, json, error, sizeof error));
        read_with(memory, set, p);
    } else {
        FUZZ_CHECK(profile_count(set) == before && error[0] != '\0'); /* a built-in name */
    }
    profile_set_free(other);
    profile_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_memory held = { 0 };
    struct arena_source memory = { fuzz_take, fuzz_give, &held };
    struct arena a;
    struct profile p;
    char error[200] = "";
    struct text json = { (const char *)data, size };
    arena_init(&a, &memory, 0);
    if (profile_parse(&a, json, &p, error, sizeof error)) {
        FUZZ_CHECK(p.name.len > 0 && text_utf8_valid(p.name) && p.required[FIELD_ORDER_NO] && p.column_count > 0);
        check_set(&memory, json);
    } else {
        FUZZ_CHECK(error[0] != '\0' && memchr(error, 0, sizeof error));
    }
    arena_release(&a);
    FUZZ_CHECK(held.held == 0);
    return 0;
}
