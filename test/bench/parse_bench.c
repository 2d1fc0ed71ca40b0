/* Parsing alone: every cell of a file, by the readers that an import uses, and nothing done with it. One line of JSON.
 *
 *   parse_bench FILE        all parts of it: .csv, .xlsx, .xls, .zip */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "intake/part.h"
#include "intake/sniff.h"
#include "intake/table.h"
#include "os/os.h"

struct count { int64_t rows, cells, bytes; };
struct spill { FILE *file; };

static ssize_t file_read(void *ctx, void *buf, size_t cap) { return read(*(int *)ctx, buf, cap); }
static bool file_rewind(void *ctx) { return lseek(*(int *)ctx, 0, SEEK_SET) == 0; }
static ssize_t file_read_at(void *ctx, int64_t offset, void *buf, size_t cap) { return pread(*(int *)ctx, buf, cap, offset); }
static ssize_t spill_read_at(void *ctx, int64_t offset, void *buf, size_t cap) { return pread(fileno(((struct spill *)ctx)->file), buf, cap, offset); }
static bool spill_write_at(void *ctx, int64_t offset, const void *buf, size_t len)
{
    struct spill *s = ctx;
    if (!s->file) s->file = tmpfile();
    return s->file && pwrite(fileno(s->file), buf, len, offset) == (ssize_t)len;
}

static void count_rows(const struct table *t, struct csv_row *row, struct count *n)
{
    while (table_next(t, row) == CSV_ROW) {
        n->rows++;
        n->cells += row->count;
        for (int c = 0; c < row->count; c++) n->bytes += row->cells[c].len;
    }
}

static bool read_part(struct arena *own, const struct intake_source *source, const struct intake_options *opt, const struct intake_part *part, struct count *n)
{
    struct csv_row *row = ARENA_NEW(own, struct csv_row);
    struct refusal_facts why;
    struct table t = { NULL, NULL };
    struct part_bytes bytes;
    struct input input;
    struct csv csv;
    if (!row) return false;
    if (part->kind == PART_TEXT) {
        if (!part_bytes_open(&bytes, own, source, part) || !input_open(&input, own, &bytes.source)) return false;
        if (!csv_open(&csv, own, &(struct csv_source){ &input, input_read }, ',')) return false;
        t = table_of_csv(&csv);
    } else if (!table_open(own, source, opt, part, &t, &why) || !t.kind) {
        return false;
    }
    count_rows(&t, row, n);
    table_close(&t);
    if (part->kind == PART_TEXT) part_bytes_close(&bytes);
    return true;
}

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The most memory that this program has had; getrusage would tell of the one that started it, too. */
static double resident_most_mib(void)
{
    char line[256];
    double kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) kib = strtod(line + 6, NULL);
    if (f) fclose(f);
    return kib / 1024;
}

int main(int argc, char **argv)
{
    struct env env;
    struct arena a;
    struct intake_parts parts;
    struct count n = { 0, 0, 0 };
    struct spill spill_file = { NULL };
    int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || !os_env_init(&env)) return 2;
    const struct intake_spill spill = { &spill_file, spill_read_at, spill_write_at };
    const struct intake_source source = { .ctx = &fd, .read = file_read, .rewind = file_rewind, .name = text_from_cstr(argv[1]), .size = lseek(fd, 0, SEEK_END), .read_at = file_read_at };
    const struct intake_options opt = { .spill = &spill };
    const int64_t from_us = cpu_us();
    arena_init(&a, &env.memory, 0);
    bool ok = intake_parts(&a, &source, &opt, &parts) && parts.refusal == REFUSED_NOT;
    for (int i = 0; ok && i < parts.count; i++) {
        struct arena own;
        arena_init(&own, &env.memory, 0);
        ok = read_part(&own, &source, &opt, &parts.list[i], &n);
        arena_release(&own);
    }
    const int64_t us = cpu_us() - from_us;
    if (ok) printf("{\"rows\": %lld, \"cells\": %lld, \"bytes\": %lld, \"seconds\": %.6f, \"mib\": %.1f}\n", (long long)n.rows, (long long)n.cells, (long long)n.bytes,
                   (double)us / 1e6, resident_most_mib());
    arena_release(&a);
    os_env_release(&env);
    return ok ? 0 : 1;
}
