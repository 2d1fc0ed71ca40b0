/* Imports: what came in, from which files, how far it got, and the rows that were set aside.
 *
 * A file's figures are written in the transaction that applies its rows, so they are exact whatever happens: rows_done rows of it are
 * in, no more and no less. What the rows did to orders is the reducer's business (store.h); these are the records about it. */
#ifndef ZG_STORE_IMPORT_STORE_H
#define ZG_STORE_IMPORT_STORE_H
#include "store/store.h"

/* Frozen. running -> applied | interrupted; interrupted -> running (resume, undo); applied -> running (undo) -> undone */
enum import_state { IMPORT_RUNNING = 1, IMPORT_APPLIED = 2, IMPORT_INTERRUPTED = 3, IMPORT_UNDONE = 4 };
const char *import_state_word(enum import_state s); /* "running" .. */

struct import_row {
    int64_t merchant_id, import_id, store_id, user_id, started_at_ms, ended_at_ms /* INSTANT_NONE */;
    enum import_state state;
    char message_en[512], message_zh[512]; /* why it stopped; empty when it did not */
};
struct import_file_row {
    int64_t file_no;      /* 1 ..; a row for each table of a file */
    char name[256];       /* as the user knows it, without directories */
    char path[1024];      /* where its bytes are */
    char profile[64], encoding[16], zone[48];
    enum subject subject;
    char member[256], sheet[128]; /* the table of the file: its name in an archive, its sheet; empty where there is none */
    int64_t part_no;      /* which of the file's tables, from 1 */
    int64_t as_of_ms, bytes, rows_total, rows_done, added, updated, unchanged, quarantined;
};
enum import_found { IMPORT_FOUND, IMPORT_NOT_FOUND, IMPORT_READ_FAILED };

/* A running import with its files; file_no is given out here, figures are taken as they are. */
bool import_begin(struct store *s, const struct shop *shop, int64_t user_id, const struct import_file_row *files, int n,
                  int64_t *ret_import_id);
enum import_found import_find(struct store *s, int64_t merchant_id, int64_t import_id, struct import_row *ret);
int import_files(struct store *s, int64_t merchant_id, int64_t import_id, struct import_file_row *ret, int max); /* -1 on failure */
/* Newest first, older than before_id (0: from the newest); -1 on failure. */
int import_list(struct store *s, const struct shop *shop, int64_t before_id, struct import_row *ret, int max);
bool import_set_state(struct store *s, int64_t merchant_id, int64_t import_id, enum import_state state, struct text message_en,
                      struct text message_zh);
/* rows_done, added, updated, unchanged, quarantined of one file. */
bool import_file_progress(struct store *s, int64_t merchant_id, int64_t import_id, const struct import_file_row *f);
/* Every file as if none of its rows had come: before an undo takes the first of them back. */
bool import_files_reset(struct store *s, int64_t merchant_id, int64_t import_id);
/* At start: whatever a crash left running. */
bool import_interrupt_running(struct store *s, int64_t *ret_count);

/* The header of a file's table as it was read: the delimiter, then one line with it. */
bool import_header_put(struct store *s, int64_t merchant_id, int64_t import_id, int64_t file_no, struct text header);
bool import_header(struct store *s, struct arena *a, int64_t merchant_id, int64_t import_id, int64_t file_no, struct text *ret);

/* ---- rows set aside ---- */
struct quarantine_row {
    int64_t file_no, line;
    int64_t column_no;    /* 1-based; 0: the whole row */
    struct text column_name, code, value, what_en, what_zh, remedy_en, remedy_zh, raw;
};
bool quarantine_add(struct store *s, int64_t merchant_id, int64_t import_id, const struct quarantine_row *r);
/* A row that was mended and went in with import mended_by leaves the quarantine for as long as that import stands. Of this shop only;
 * a row that is not there, or mended already, stays as it is. */
struct held_ref { int64_t import_id, file_no, line; };
bool quarantine_mend(struct store *s, const struct shop *shop, const struct held_ref *row, int64_t mended_by);
/* How many rows of a file (0: of all) are in the quarantine now; -1 on failure. */
int64_t quarantine_count(struct store *s, int64_t merchant_id, int64_t import_id, int64_t file_no);
/* Up to max rows after (file_no, line) and of files up to last_file_no, in that order, those that are in the quarantine now, each given to `row`
 * (texts live until it returns). Count of rows, or -1. */
struct held_ask { int64_t merchant_id, import_id, file_no, line, last_file_no /* INT64_MAX: all */; int max; };
int quarantine_read(struct store *s, const struct held_ask *ask, void (*row)(void *ctx, const struct quarantine_row *r), void *ctx);
bool quarantine_clear(struct store *s, int64_t merchant_id, int64_t import_id);
/* Cells of rows set aside in imports that began before an instant: the row and its fault stay, what people wrote goes. */
bool quarantine_expire(struct store *s, int64_t before_ms);
#endif
