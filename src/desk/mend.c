/* See mend.h. */
#include "desk/mend.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "desk/files.h"
#include "desk/importer.h"
#include "desk/source.h"
#include "intake/fault.h"

/* ---- cells of a line ---- */

struct bytes { struct text left; };

static ssize_t bytes_read(void *ctx, void *buf, size_t cap)
{
    struct bytes *b = ctx;
    const size_t n = b->left.len < cap ? b->left.len : cap;
    if (n > 0) memcpy(buf, b->left.ptr, n);
    b->left = (struct text){ b->left.ptr + n, b->left.len - n };
    return (ssize_t)n;
}

static bool line_cells(struct arena *a, struct text line, char delimiter, struct mend_cells *ret)
{
    struct arena work;
    struct bytes bytes = { line };
    arena_init(&work, a->source, 0);
    struct csv *csv = ARENA_NEW(&work, struct csv);
    struct csv_row *row = ARENA_NEW(&work, struct csv_row);
    bool ok = csv && row && csv_open(csv, &work, &(struct csv_source){ &bytes, bytes_read }, delimiter);
    ret->count = 0;
    if (ok && csv_next(csv, row) == CSV_ROW) {
        for (int i = 0; ok && i < row->count; i++) {
            char *room = arena_take(a, 3 * (size_t)row->cells[i].len + 8, 1);
            ok = room != NULL;
            if (ok) ret->cells[ret->count++] = (struct text){ room, cell_shown(ENCODING_UTF8, &row->cells[i], row->cells[i].len, room) };
        }
    }
    arena_release(&work);
    return ok && !a->failed;
}

static char delimiter_of(struct text header) { return header.len > 0 ? header.ptr[0] : ','; }

bool mend_header_cells(struct arena *a, struct text header, struct mend_cells *ret)
{
    ret->count = 0;
    return header.len < 2 || line_cells(a, (struct text){ header.ptr + 1, header.len - 1 }, delimiter_of(header), ret);
}

bool mend_row_cells(struct arena *a, struct text header, struct text raw, struct mend_cells *ret)
{
    ret->count = 0;
    return raw.len == 0 || line_cells(a, raw, delimiter_of(header), ret);
}

/* ---- lines of cells ---- */

static void write_cell(FILE *out, struct text s, char end)
{
    fputc('"', out);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') fputc('"', out);
        if (s.ptr[i] != '\0') fputc(s.ptr[i], out);
    }
    fputc('"', out);
    fputc(end, out);
}

struct text mend_header_text(struct arena *a, const struct intake_scan_result *scan)
{
    const char delimiter = scan->part.kind == PART_TEXT && scan->delimiter ? scan->delimiter : ',';
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out) return TEXT_NONE;
    fputc(delimiter, out);
    for (int c = 0; c < scan->column_count; c++) write_cell(out, scan->columns[c].header, c + 1 < scan->column_count ? delimiter : '\n');
    const bool ok = fclose(out) == 0 && text;
    const struct text kept = ok ? arena_text(a, (struct text){ text, size > 0 ? size - 1 : 0 }) : TEXT_NONE;
    free(text);
    return kept;
}

bool mend_write(const struct mend_ask *ask)
{
    struct arena a;
    arena_init(&a, &ask->env->memory, 0);
    struct mend_cells *header = ARENA_NEW(&a, struct mend_cells);
    const int fd = header && mend_header_cells(&a, ask->header, header) ? open(ask->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool ok = out != NULL;
    if (ok) {
        fputs("\xEF\xBB\xBF", out); /* house: into the file, as below */
        for (int c = 0; c < header->count; c++) write_cell(out, header->cells[c], ',');
        write_cell(out, TEXT(MENDS_HEADER), '\n');
        for (int r = 0; r < ask->count; r++) {
            const struct mend_row *row = &ask->rows[r];
            for (int c = 0; c < header->count; c++) write_cell(out, c < row->cells.count ? row->cells.cells[c] : TEXT_NONE, ',');
            /* house: into the file */
            fprintf(out, "%" PRId64 "-%" PRId64 "-%" PRId64 "\n", ask->import_id, ask->file->file_no, row->line);
        }
        ok = !ferror(out) && fflush(out) == 0 && ask->env->fsync(ask->env->ctx, fd) == 0;
        ok = fclose(out) == 0 && ok;
    } else if (fd >= 0) {
        close(fd);
    }
    const int error = errno;
    arena_release(&a);
    if (!ok && fd >= 0) unlink(ask->path);
    errno = error;
    return ok;
}

/* ---- what it would be ---- */

static void understand_rows(struct understander *u, const struct mend_ask *ask, const struct intake_scan_result *scan, struct mended *ret)
{
    enum { ROWS = sizeof scan->preview / sizeof scan->preview[0] };
    struct intake_scan_result *few = ARENA_NEW(u->a, struct intake_scan_result);
    for (int at = 0; few && at < ask->count; at += ROWS) { /* so many as a preview has, at a time */
        *few = *scan;
        few->preview_count = ask->count - at < ROWS ? ask->count - at : ROWS;
        struct understood *cells = ARENA_ARRAY(u->a, struct understood, (size_t)few->preview_count * (size_t)scan->column_count + 1);
        if (!cells) return;
        for (int r = 0; r < few->preview_count; r++)
            for (int c = 0; c < scan->column_count; c++) few->preview[r][c] = c < ask->rows[at + r].cells.count ? text_trim(ask->rows[at + r].cells.cells[c]) : TEXT_NONE;
        if (!understand_preview(u, few, cells)) return;
        for (int r = 0; r < few->preview_count; r++) ret->rows[at + r].cells = cells + r * scan->column_count;
    }
}

/* Which row begins on a line of the file: the first on line 2, and a cell may hold line breaks. -1: none. */
static int row_on(const struct mend_ask *ask, int64_t line)
{
    int64_t at = 2;
    for (int r = 0; r < ask->count && at <= line; r++) {
        if (at++ == line) return r;
        for (int c = 0; c < ask->rows[r].cells.count; c++)
            for (size_t i = 0; i < ask->rows[r].cells.cells[c].len; i++) at += ask->rows[r].cells.cells[c].ptr[i] == '\n';
    }
    return -1;
}

/* The same fault, said of the line that people know. */
static void keep_fault(struct arena *a, const struct intake_fault *f, const char *currency, int64_t line, struct intake_fault *ret)
{
    struct fault_place where = { .line = line, .column = f->column, .column_name = f->column_name, .value = f->value };
    if (!row_fault_find(f->code, &where.fault)) return;
    if (where.fault == FAULT_OTHER_CURRENCY) where.expected = text_from_cstr(currency);
    fault_say(a, &where, ret);
}

static void find_faults(struct importer *im, struct arena *a, const struct mend_ask *ask, const struct intake_options *options, const struct intake_scan_result *scan,
                        struct mended *ret)
{
    struct intake_row *row = ARENA_NEW(a, struct intake_row);
    struct intake_fault f;
    enum intake_row_kind kind = ROW_CLAIM;
    if (!row || !importer_read(im, options, scan, 0)) return;
    while ((kind = importer_next(im, a, row, &f)) == ROW_CLAIM || kind == ROW_FAULT) {
        const int r = kind == ROW_FAULT ? row_on(ask, f.line) : -1;
        if (r >= 0) keep_fault(a, &f, options->currency.code, ask->rows[r].line, &ret->rows[r].fault);
    }
}

bool mend_check(struct arena *a, const struct mend_ask *ask, struct mended *ret)
{
    struct intake_options options = shop_intake_options(ask->env, ask->shop);
    struct understander u;
    struct intake_scan_result *scan = ARENA_NEW(a, struct intake_scan_result);
    const struct zone *zone = ask->env->zone(ask->env->ctx, ask->file->zone);
    *ret = (struct mended){ .rows = ARENA_ARRAY(a, struct mended_row, (size_t)ask->count + 1) };
    if (zone) options.zone = zone;
    options.profile = profile_set_find(ask->profiles, text_from_cstr(ask->file->profile));
    options.as_of_ms = ask->file->as_of_ms;
    int64_t bytes = 0;
    (void)file_look(ask->path, &bytes);
    struct importer *im = importer_open(&(struct importer_ask){ .env = ask->env, .path = ask->path, .name = text_from_cstr(ask->file->name), .bytes = bytes,
                                                                .spill_beside = ask->spill_beside, .profiles = ask->profiles });
    bool ok = im && scan && ret->rows && importer_scan(im, a, &options, NULL, NULL, scan);
    if (ok && scan->refusal != REFUSED_NOT) ret->refusal_en = scan->refusal_en, ret->refusal_zh = scan->refusal_zh;
    else if (ok) {
        ret->column_count = scan->column_count;
        ret->columns = scan->columns;
        ok = understander_init(&u, a, scan->profile, &options);
        if (ok) understand_rows(&u, ask, scan, ret);
        if (ok) find_faults(im, a, ask, &options, scan, ret);
    }
    importer_close(im);
    return ok && !a->failed;
}
