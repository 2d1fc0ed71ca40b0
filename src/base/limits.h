/* Every loop, queue, buffer and cell has a stated maximum; they stand here. */
#ifndef ZG_BASE_LIMITS_H
#define ZG_BASE_LIMITS_H
#define LIMIT_CELL_BYTES (64 * 1024)        /* one cell of a file; longer ones quarantine their row */
#define LIMIT_ROW_BYTES (1024 * 1024)       /* one row of a file; longer ones are skipped as one bad row */
#define LIMIT_COLUMNS 256
#define LIMIT_ORDER_NO_BYTES 64
#define LIMIT_LINES_PER_ORDER 1000
#define LIMIT_EVENTS_PER_ORDER 1000
#define LIMIT_UPLOAD_BYTES (INT64_C(4) * 1024 * 1024 * 1024)
#define LIMIT_UNPACKED_BYTES (INT64_C(512) * 1024 * 1024) /* of an archive or workbook, all members together */
#define LIMIT_UNPACKED_RATIO 200            /* times its packed size, of a member of more than LIMIT_UNPACKED_FREE_BYTES */
#define LIMIT_UNPACKED_FREE_BYTES (1024 * 1024)
#define LIMIT_ARCHIVE_ENTRIES 1000
#define LIMIT_PARTS 64                      /* tables of one file */
#define LIMIT_SHEET_CELLS 5000000           /* filled cells of a workbook's sheet */
#define LIMIT_JSON_BYTES (1024 * 1024)
#define LIMIT_JSON_DEPTH 64
#define LIMIT_WRITER_QUEUE 4096
#define LIMIT_TODAY_LINES 7
#define LIMIT_PAGE_ROWS 200
#define LIMIT_QUARANTINE_ROWS 100000        /* rows kept per import; the count goes on */
#define LIMIT_STORES 64
#define LIMIT_ZONES_PER_BUYER 16
#endif
