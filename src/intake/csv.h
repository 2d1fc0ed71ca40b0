/* A table in text: rows of cells, found 64 bytes at a time.
 *
 * Works on bytes of any encoding in which ASCII bytes only mean themselves (UTF-8) or never stand for a quote, comma,
 * semicolon, tab or line end inside a longer sequence (GB18030), so that cells are found before anything is decoded.
 *
 * What is read: RFC 4180 with CRLF, LF or CR; a quote opens a cell only as its first character (elsewhere it is itself); the
 * text guard ="351.." of spreadsheets, also empty; blanks after a closing quote. Fewer cells than the header are missing, empty
 * cells beyond it are surplus; both are the caller's to judge.
 *
 * A row that cannot be read is one fault. Reading goes on at the next line that has as many cells as a row should have
 * (as many as the last good one), so that one stray quote spoils one row and half a remark never becomes an order. */
#ifndef ZG_INTAKE_CSV_H
#define ZG_INTAKE_CSV_H
#include <sys/types.h>
#include "base/arena.h"
#include "base/limits.h"
#include "base/text.h"

enum csv_cell_form {
    CELL_PLAIN = 0,
    CELL_QUOTED = 1,  /* ptr and len are what stands between the quotes */
    CELL_DOUBLED = 2, /* contains "" which mean one " */
    CELL_GUARDED = 4, /* was ="..": a spreadsheet's text guard */
};
struct csv_cell { const char *ptr; uint32_t len; uint32_t form; };

enum csv_row_fault {
    CSV_ROW_GOOD,
    CSV_ROW_BAD_QUOTES,  /* something follows a closing quote */
    CSV_ROW_OPEN_QUOTE,  /* a quote is never closed: the file ends first */
    CSV_ROW_TOO_LONG,    /* more than LIMIT_ROW_BYTES */
    CSV_ROW_TOO_WIDE,    /* more than LIMIT_COLUMNS cells that are not empty */
};
struct csv_row {
    struct csv_cell cells[LIMIT_COLUMNS];
    int count;               /* cells stored, at most LIMIT_COLUMNS */
    enum csv_row_fault fault;
    int fault_cell;          /* 0-based; where fault was seen */
    bool high;               /* some byte at or near the row is above 0x7F; false: surely all ASCII */
    bool nul;                /* likewise for NUL */
    bool ended;              /* by a line end; false: by the end of the file */
    struct text raw;         /* from the first byte to before the line end; of a fault, as much as is at hand */
};

struct csv_source { void *ctx; ssize_t (*read)(void *ctx, void *buf, size_t cap); }; /* as intake_source.read */

/* One position of the reader: the 64-byte block at hand and what is known up to it. */
struct csv_place {
    size_t at;               /* next byte, an offset into the window */
    size_t block;            /* offset of the block whose masks are held; SIZE_MAX: none */
    uint64_t marks, quotes, lines, high, nul;
    int64_t lines_before;    /* line ends before the block */
    bool after_cr;           /* the byte before the block is CR */
};

struct csv {
    struct csv_source source;
    struct arena *arena;
    unsigned char *window;
    size_t window_size;      /* grows once, when a row is long */
    size_t filled;           /* bytes in the window */
    bool at_end, failed;
    char delimiter;
    int width;               /* cells of the last good row that had more than one; 0: none yet */
    struct csv_place place;
    struct csv_place row;    /* where the row last given begins */
    bool resync;             /* that row was a fault: find the next good one */
    int64_t retry_bytes;     /* how many bytes may still be read twice while looking for the next good row */
    int64_t consumed;        /* bytes dropped from the window so far */
};

/* The window (at most LIMIT_ROW_BYTES and a quarter) comes from the arena, which lives as long as the reader. False when that
 * is refused. */
bool csv_open(struct csv *c, struct arena *a, const struct csv_source *source, char delimiter);
void csv_restart(struct csv *c, const struct csv_source *source, char delimiter); /* the same window, another source */
enum csv_result { CSV_END, CSV_ROW, CSV_FAILED /* source's read failed, or the arena */ };
/* Cells live until the next call. Blank lines are rows of one empty cell. */
enum csv_result csv_next(struct csv *c, struct csv_row *row);
int64_t csv_line(const struct csv *c);  /* physical line on which the row last given begins, 1-based */
int64_t csv_bytes(const struct csv *c); /* bytes of the source behind the reader */
#endif
