/* Prints what intake reads in a file, for tests in other languages and for leak checks.
 *
 *   intake_dump [options] FILE
 *     (nothing)        a line {"scan":..}, then a line a row: {"line","claim":{..}} or {"line","fault":{..}}
 *     --cells DELIM    rows as JSON arrays of cells as the table reader finds them (decoded, nothing else taken off)
 *     --parts          what the file holds: {"refusal","en","zh"} or a line for each part
 *     --table          rows of a part (--part N, default the only one) as [line, [cells]]; at the end {"refusal":..} if it was refused
 *     --quiet          counts and speed (per second of CPU) only
 *     --profile P --zone Z --currency C --store-name S --as-of MS --piece BYTES (size of each read) --user-profile JSONFILE
 *   intake_dump --serve    the same for each line of standard input
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "intake/cell.h"
#include "intake/csv.h"
#include "intake/sniff.h"
#include "intake/table.h"
#include "os/os.h"

struct file { int fd; size_t piece; };
struct spill { FILE *file; };

static ssize_t spill_read_at(void *ctx, int64_t offset, void *buf, size_t cap) { return pread(fileno(((struct spill *)ctx)->file), buf, cap, offset); }
static bool spill_write_at(void *ctx, int64_t offset, const void *buf, size_t len)
{
    struct spill *s = ctx;
    if (!s->file) s->file = tmpfile();
    return s->file && pwrite(fileno(s->file), buf, len, offset) == (ssize_t)len;
}

/* CPU time of this process: what a reading costs does not depend on who else is at work. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static ssize_t file_read(void *ctx, void *buf, size_t cap)
{
    struct file *f = ctx;
    return read(f->fd, buf, cap < f->piece ? cap : f->piece);
}
static ssize_t file_read_at(void *ctx, int64_t offset, void *buf, size_t cap)
{
    struct file *f = ctx;
    return pread(f->fd, buf, cap < f->piece ? cap : f->piece, offset);
}
static bool file_rewind(void *ctx) { return lseek(((struct file *)ctx)->fd, 0, SEEK_SET) == 0; }

static json_t *text_json(struct text s)
{
    json_t *j = json_stringn(s.ptr ? s.ptr : "", s.len);
    return j ? j : json_string("?not utf-8?");
}
static json_t *number_json(int64_t n) { return n == CLAIM_NONE ? json_null() : json_integer(n); }
static void put_text(json_t *o, const char *key, struct text s)
{
    if (s.len > 0) json_object_set_new(o, key, text_json(s));
}
static void put_number(json_t *o, const char *key, int64_t n)
{
    if (n != CLAIM_NONE) json_object_set_new(o, key, json_integer(n));
}
static void print_json(json_t *j)
{
    json_dumpf(j, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(j);
}

static json_t *claim_json(const struct order_claim *c)
{
    json_t *o = json_object();
    char key[33];
    for (int i = 0; i < 16; i++) snprintf(key + 2 * i, 3, "%02x", c->key.bytes[i]);
    json_object_set_new(o, "key", json_string(key));
    put_text(o, "order_no", c->order_no);
    const struct { const char *name; int64_t n; } numbers[] = {
        { "placed_at", c->placed_at_ms }, { "paid_at", c->paid_at_ms }, { "cancelled_at", c->cancelled_at_ms }, { "shipped_at", c->shipped_at_ms },
        { "delivered_at", c->delivered_at_ms }, { "refunded_at", c->refunded_at_ms }, { "ship_by", c->ship_by_ms }, { "total", c->total_minor },
        { "paid", c->paid_minor }, { "refund", c->refund_minor }, { "pieces", c->pieces }, { "balance", c->balance_minor }, { "as_of", c->as_of_ms },
        { "status", c->status }, { "pay_kind", c->pay_kind },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) put_number(o, numbers[i].name, numbers[i].n);
    const struct { const char *name; struct text s; } texts[] = {
        { "region", c->region }, { "country", c->country }, { "tracking", c->tracking }, { "buyer", c->person.buyer }, { "name", c->person.name },
        { "phone", c->person.phone }, { "address", c->person.address }, { "email", c->person.email }, { "buyer_note", c->person.buyer_note },
        { "seller_note", c->person.seller_note }, { "title", c->title },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) put_text(o, texts[i].name, texts[i].s);
    if (c->payment.kind != PAYMENT_NONE) json_object_set_new(o, "payment", json_pack("[o,I]", text_json(c->payment.no), (json_int_t)c->payment.minor));
    if (!c->has_line) return o;
    json_t *l = json_object();
    put_text(l, "sub_no", c->line.sub_no);
    put_text(l, "product_no", c->line.product_no);
    put_text(l, "sku_code", c->line.sku_code);
    put_text(l, "title", c->line.title);
    put_text(l, "options", c->line.options);
    put_number(l, "occurrence", c->line.occurrence);
    put_number(l, "pieces", c->line.pieces);
    put_number(l, "unit", c->line.unit_minor);
    put_number(l, "amount", c->line.line_minor);
    put_number(l, "refund", c->line.refund_minor);
    put_number(l, "extra", c->line.extra_minor);
    put_number(l, "sums", c->line.sums);
    json_object_set_new(o, "line", l);
    return o;
}

static json_t *record_json(const struct record_claim *c)
{
    json_t *o = json_object(), *values = json_object();
    char key[33];
    for (int i = 0; i < 16; i++) snprintf(key + 2 * i, 3, "%02x", c->key.bytes[i]);
    json_object_set_new(o, "subject", json_string(subject_word(c->subject)));
    json_object_set_new(o, "key", json_string(key));
    put_text(o, "record_key", c->record_key);
    put_number(o, "grain", c->grain);
    put_number(o, "as_of", c->as_of_ms);
    put_number(o, "at", c->at_ms);
    for (int i = 0; i < c->value_count; i++) {
        const struct record_field *f = record_field(c->subject, c->values[i].field);
        if (kind_is_text(f->kind)) put_text(values, f->word, c->values[i].text);
        else put_number(values, f->word, c->values[i].number);
    }
    json_object_set_new(o, "values", values);
    return o;
}

static json_t *row_json(const struct intake_row *row)
{
    return row->subject == SUBJECT_ORDERS ? claim_json(&row->order) : record_json(&row->record);
}

static json_t *fault_json(const struct intake_fault *f)
{
    json_t *o = json_object();
    json_object_set_new(o, "column", json_integer(f->column));
    json_object_set_new(o, "code", text_json(f->code));
    json_object_set_new(o, "column_name", text_json(f->column_name));
    json_object_set_new(o, "value", text_json(f->value));
    json_object_set_new(o, "what_en", text_json(f->what_en));
    json_object_set_new(o, "what_zh", text_json(f->what_zh));
    json_object_set_new(o, "remedy_en", text_json(f->remedy_en));
    json_object_set_new(o, "remedy_zh", text_json(f->remedy_zh));
    json_object_set_new(o, "raw", text_json(f->raw));
    return o;
}

static json_t *scan_json(const struct intake_scan_result *s)
{
    json_t *o = json_object();
    json_object_set_new(o, "refusal", s->refusal ? json_string(intake_refusal_word(s->refusal)) : json_null());
    json_object_set_new(o, "en", text_json(s->refusal_en));
    json_object_set_new(o, "zh", text_json(s->refusal_zh));
    json_object_set_new(o, "encoding", json_string(intake_encoding_word(s->encoding)));
    json_object_set_new(o, "profile", s->profile ? text_json(profile_name(s->profile)) : json_null());
    json_object_set_new(o, "header_line", json_integer(s->header_line));
    json_object_set_new(o, "delimiter", json_stringn(&s->delimiter, s->delimiter ? 1 : 0));
    json_object_set_new(o, "rows", json_integer(s->rows));
    json_object_set_new(o, "bytes", json_integer(s->bytes));
    json_object_set_new(o, "as_of", number_json(s->as_of_ms));
    json_object_set_new(o, "as_of_from", json_string(s->as_of_asked ? "asked" : s->as_of_from_name ? "name" : "rows"));
    json_object_set_new(o, "ambiguous", json_integer(s->ambiguous_times));
    json_object_set_new(o, "skipped", json_integer(s->skipped_times));
    json_object_set_new(o, "asks_zone", json_boolean(s->asks_zone));
    json_t *columns = json_array(), *unknown = json_array(), *preview = json_array();
    for (int i = 0; i < s->column_count; i++) {
        json_t *samples = json_array();
        for (int k = 0; k < 3 && s->columns[i].samples[k].len > 0; k++) json_array_append_new(samples, text_json(s->columns[i].samples[k]));
        json_array_append_new(columns, json_pack("[o,o,o]", text_json(s->columns[i].header), text_json(s->columns[i].field), samples));
    }
    for (int i = 0; i < s->unknown_status_count; i++) json_array_append_new(unknown, text_json(s->unknown_status[i]));
    for (int r = 0; r < s->preview_count; r++) {
        json_t *row = json_array();
        for (int c = 0; c < s->column_count; c++) json_array_append_new(row, text_json(s->preview[r][c]));
        json_array_append_new(preview, row);
    }
    json_object_set_new(o, "columns", columns);
    json_object_set_new(o, "unknown_status", unknown);
    json_object_set_new(o, "preview", preview);
    return o;
}

struct args {
    const char *file, *profile, *zone, *currency, *store_name, *cells, *user_profile, *country;
    int64_t as_of_ms;
    size_t piece;
    int part;
    bool quiet, parts, table, zone_asked;
};

static bool parse_args(int argc, char **argv, struct args *a)
{
    *a = (struct args){ .zone = "Asia/Shanghai", .currency = "CNY", .country = "CN", .store_name = "", .as_of_ms = INSTANT_NONE, .piece = SIZE_MAX };
    for (int i = 1; i < argc; i++) {
        struct text s = text_from_cstr(argv[i]);
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (text_is(s, "--quiet")) {
            a->quiet = true;
            continue;
        }
        if (text_is(s, "--parts") || text_is(s, "--table")) {
            *(text_is(s, "--parts") ? &a->parts : &a->table) = true;
            continue;
        }
        if (!text_starts_with(s, TEXT("--"))) {
            a->file = argv[i];
            continue;
        }
        if (!value) return false;
        i++;
        if (text_is(s, "--profile")) a->profile = value;
        else if (text_is(s, "--zone")) a->zone = value;
        else if (text_is(s, "--asked-zone")) a->zone = value, a->zone_asked = true;
        else if (text_is(s, "--currency")) a->currency = value;
        else if (text_is(s, "--country")) a->country = value;
        else if (text_is(s, "--store-name")) a->store_name = value;
        else if (text_is(s, "--cells")) a->cells = value;
        else if (text_is(s, "--user-profile")) a->user_profile = value;
        else if (text_is(s, "--as-of")) a->as_of_ms = strtoll(value, NULL, 10);
        else if (text_is(s, "--part")) a->part = (int)strtol(value, NULL, 10);
        else if (text_is(s, "--piece")) a->piece = (size_t)strtoll(value, NULL, 10);
        else return false;
    }
    return a->file != NULL;
}

static int dump_cells(const struct env *env, const struct intake_source *source, const char *delimiter)
{
    struct arena a;
    arena_init(&a, &env->memory, 0);
    struct input in;
    struct csv csv;
    struct csv_row *row = ARENA_NEW(&a, struct csv_row);
    char *room = arena_take(&a, 4, LIMIT_ROW_BYTES);
    int rc = 1;
    if (row && room && input_open(&in, &a, source) && csv_open(&csv, &a, &(struct csv_source){ &in, input_read }, delimiter[0])) {
        while (csv_next(&csv, row) == CSV_ROW) {
            json_t *j = json_array();
            if (row->fault != CSV_ROW_GOOD) json_array_append_new(j, json_pack("{s:i}", "fault", (int)row->fault));
            for (int c = 0; c < row->count && row->fault == CSV_ROW_GOOD; c++) {
                const struct csv_cell *cell = &row->cells[c];
                size_t n = decode_lossy(ENCODING_UTF8, (struct text){ cell->ptr, cell->len }, room), to = 0;
                for (size_t i = 0; i < n; i++) {
                    room[to++] = room[i];
                    if ((cell->form & CELL_DOUBLED) && room[i] == '"' && i + 1 < n && room[i + 1] == '"') i++;
                }
                json_array_append_new(j, json_stringn_nocheck(room, to));
            }
            print_json(json_pack("[I,o]", (json_int_t)csv_line(&csv), j));
        }
        rc = 0;
    }
    arena_release(&a);
    return rc;
}

static void print_refusal(const char *word, struct text en, struct text zh)
{
    print_json(json_pack("{s:s, s:o, s:o}", "refusal", word, "en", text_json(en), "zh", text_json(zh)));
}

static void print_part(const struct intake_part *p)
{
    static const char *const kinds[] = { "text", "xlsx", "xls", "json" };
    print_json(json_pack("{s:i, s:s, s:o, s:o, s:b, s:I}", "part", p->no, "kind", kinds[p->kind], "member", text_json(p->member), "sheet",
                         text_json(p->sheet), "hidden", p->hidden, "bytes", (json_int_t)p->bytes));
}

/* Rows as they are, before anything is recognised in them. */
static int dump_table(struct arena *a, const struct intake_source *source, const struct intake_options *opt, const struct intake_part *part, bool quiet)
{
    struct table t;
    struct refusal_facts why;
    struct csv_row *row = ARENA_NEW(a, struct csv_row);
    enum csv_result got = CSV_FAILED;
    int64_t rows = 0, cells = 0, started_us = cpu_us();
    if (!row || !table_open(a, source, opt, part, &t, &why)) return 1;
    while (t.kind && (got = table_next(&t, row)) == CSV_ROW) {
        rows++;
        cells += row->count;
        if (quiet) continue;
        json_t *list = json_array();
        for (int c = 0; c < row->count; c++) json_array_append_new(list, text_json((struct text){ row->cells[c].ptr, row->cells[c].len }));
        print_json(json_pack("[I, o, i]", (json_int_t)table_line(&t), list, (int)row->fault));
    }
    if (t.kind && got == CSV_FAILED && table_refusal(&t)) why = *table_refusal(&t);
    table_close(&t);
    if (got == CSV_FAILED) {
        struct intake_scan_result *said = ARENA_NEW(a, struct intake_scan_result);
        why.file = source_base_name(source->name);
        why.member = part->member;
        why.sheet = part->sheet;
        refusal_say(a, &why, said);
        print_refusal(intake_refusal_word(why.refusal), said->refusal_en, said->refusal_zh);
    }
    const int64_t us = cpu_us() - started_us;
    if (quiet) printf("{\"rows\": %lld, \"cells\": %lld, \"cpu_s\": %.6f}\n", (long long)rows, (long long)cells, (double)us / 1e6);
    return 0;
}

/* --parts, --table */
static int dump_container(const struct env *env, const struct args *args, const struct intake_source *source, const struct intake_spill *spill)
{
    struct arena a;
    struct intake_parts parts;
    const struct intake_options opt = { .spill = spill };
    int rc = 1;
    arena_init(&a, &env->memory, 0);
    if (intake_parts(&a, source, &opt, &parts)) {
        rc = 0;
        if (parts.refusal != REFUSED_NOT) print_refusal(intake_refusal_word(parts.refusal), parts.refusal_en, parts.refusal_zh);
        for (int i = 0; i < parts.count; i++) {
            if (args->parts) print_part(&parts.list[i]);
            else if (args->part == 0 || args->part == i + 1) rc = dump_table(&a, source, &opt, &parts.list[i], args->quiet);
        }
    }
    arena_release(&a);
    return rc;
}

static bool load_user_profile(struct profile_set *set, const char *path)
{
    static char json[LIMIT_JSON_BYTES + 1];
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    size_t n = fread(json, 1, sizeof json, f);
    fclose(f);
    char error[200];
    if (profile_set_add(set, (struct text){ json, n }, error, sizeof error)) return true;
    fprintf(stderr, "intake_dump: %s\n", error);
    return false;
}

static bool dump_rows(const struct env *env, const struct args *args, const struct intake_source *source, const struct intake_options *opt,
                      const struct intake_scan_result *scan)
{
    struct intake_reader *r = intake_reader_open(&env->memory, source, opt, scan);
    if (!r) return false;
    struct arena batch;
    arena_init(&batch, &env->memory, 0);
    struct intake_row row;
    struct intake_fault fault;
    enum intake_row_kind kind;
    int64_t claims = 0, faults = 0, lines = 0, total = 0, started_us = cpu_us();
    while ((kind = intake_reader_next(r, &batch, &row, &fault)) == ROW_CLAIM || kind == ROW_FAULT) {
        claims += kind == ROW_CLAIM;
        faults += kind == ROW_FAULT;
        if (kind == ROW_CLAIM && row.subject == SUBJECT_ORDERS && row.order.total_minor != CLAIM_NONE) total += row.order.total_minor;
        if (!args->quiet) {
            json_t *o = json_object();
            json_object_set_new(o, "line", json_integer(intake_reader_line(r)));
            if (kind == ROW_CLAIM) json_object_set_new(o, "claim", row_json(&row));
            else json_object_set_new(o, "fault", fault_json(&fault));
            print_json(o);
        }
        if (++lines % 1000 == 0) arena_clear(&batch);
    }
    int64_t us = cpu_us() - started_us;
    if (args->quiet) printf("read: %lld claims, %lld faults, total %lld, %.0f MB a CPU second\n", (long long)claims, (long long)faults, (long long)total, (double)scan->bytes / (double)(us ? us : 1));
    arena_release(&batch);
    intake_reader_close(r);
    return kind == ROW_END;
}

static int dump(const struct env *env, const struct args *args, const struct intake_source *source, const struct intake_spill *spill)
{
    char error[200] = "";
    int rc = 1;
    struct arena a;
    struct profile_set *set = profile_set_create(&env->memory, error, sizeof error);
    struct intake_options opt = { .zone = env->zone(env->ctx, args->zone), .find_zone = env->zone, .find_zone_ctx = env->ctx, .country = text_from_cstr(args->country), .store_name = text_from_cstr(args->store_name),
                                  .as_of_ms = args->as_of_ms, .zone_asked = args->zone_asked, .spill = spill };
    struct intake_scan_result *scan = NULL;
    arena_init(&a, &env->memory, 0);
    struct intake_parts parts;
    if (args->part > 0 && intake_parts(&a, source, &opt, &parts) && args->part <= parts.count) opt.part = &parts.list[args->part - 1];
    if (!set || !opt.zone || !currency_parse(text_from_cstr(args->currency), &opt.currency)) {
        fprintf(stderr, "intake_dump: %s\n", error[0] ? error : "no such zone or currency");
        goto out;
    }
    if (args->user_profile && !load_user_profile(set, args->user_profile)) goto out;
    if (args->profile) opt.profile = profile_set_find(set, text_from_cstr(args->profile));
    scan = ARENA_NEW(&a, struct intake_scan_result);
    int64_t started_us = cpu_us();
    if (!scan || !intake_scan(&a, set, source, &opt, NULL, NULL, scan)) goto out;
    int64_t us = cpu_us() - started_us;
    if (args->quiet) printf("scan: %lld rows, %lld bytes, %.0f MB a CPU second\n", (long long)scan->rows, (long long)scan->bytes, (double)scan->bytes / (double)(us ? us : 1));
    else print_json(json_pack("{s:o}", "scan", scan_json(scan)));
    rc = scan->refusal != REFUSED_NOT || dump_rows(env, args, source, &opt, scan) ? 0 : 1;
out:
    arena_release(&a);
    profile_set_free(set);
    return rc;
}

/* Every subject with its fields, for the tests in Python. */
static int dump_subjects(void)
{
    for (int s = SUBJECT_ORDERS + 1; s < SUBJECT_COUNT; s++) {
        json_t *o = json_object(), *fields = json_array();
        json_object_set_new(o, "subject", json_string(subject_word((enum subject)s)));
        for (int f = 1; f <= record_subject((enum subject)s)->field_count; f++) {
            const struct record_field *r = record_field((enum subject)s, f);
            json_array_append_new(fields, json_pack("{s:s,s:s,s:s,s:s,s:i,s:s}", "word", r->word, "en", r->en, "zh", r->zh, "kind", record_kind_word(r->kind),
                                                    "flags", r->flags, "aliases", r->aliases ? r->aliases : ""));
        }
        json_object_set_new(o, "fields", fields);
        print_json(o);
    }
    return 0;
}

static int run(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--subjects") == 0) return dump_subjects();
    struct args args;
    struct env env;
    if (!parse_args(argc, argv, &args)) {
        fputs("usage: intake_dump [--cells DELIM] [--quiet] [--profile P] [--zone Z] [--currency C] .. FILE\n", stderr);
        return 2;
    }
    if (!os_env_init(&env)) return 1;
    struct file file = { open(args.file, O_RDONLY | O_CLOEXEC), args.piece };
    off_t size = file.fd >= 0 ? lseek(file.fd, 0, SEEK_END) : 0;
    struct spill spill_file = { NULL };
    const struct intake_spill spill = { &spill_file, spill_read_at, spill_write_at };
    struct intake_source source = { .ctx = &file, .read = file_read, .rewind = file_rewind, .name = text_from_cstr(args.file), .size = size, .read_at = file_read_at };
    int rc = args.parts || args.table ? dump_container(&env, &args, &source, &spill)
           : args.cells ? dump_cells(&env, &source, args.cells) : dump(&env, &args, &source, &spill);
    if (file.fd >= 0) close(file.fd);
    if (spill_file.file) fclose(spill_file.file);
    os_env_release(&env);
    return rc;
}

/* What a command line would say, for each line of standard input whose words are parted by 0x1f; after it a line of 0x04 and the exit code.
 * A thousand small files are read by one process. */
static int serve(void)
{
    enum { WORDS_MAX = 32 };
    char *line = NULL;
    size_t size = 0;
    for (ssize_t n; (n = getline(&line, &size, stdin)) > 0;) {
        char *words[WORDS_MAX + 1] = { "intake_dump" };
        int count = 1;
        if (line[n - 1] == '\n') line[n - 1] = '\0';
        for (char *at = line; at && count < WORDS_MAX; count++) {
            words[count] = at;
            at = strchr(at, 0x1f);
            if (at) *at++ = '\0';
        }
        const int code = run(count, words);
        printf("\x04%d\n", code);
        fflush(stdout);
    }
    free(line);
    return 0;
}

int main(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], "--serve") == 0 ? serve() : run(argc, argv);
}
