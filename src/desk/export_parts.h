/* What the export_*.c share; nobody else includes it. */
#ifndef ZG_DESK_EXPORT_PARTS_H
#define ZG_DESK_EXPORT_PARTS_H
#include "desk/answer_json.h"
#include "desk/export.h"
#include "store/query_store.h"

struct export_column { struct sheet_column sheet; unsigned mask; /* ANSWER_* bits, any of which shows it; 0: everybody */ };
struct export {
    const struct export_ask *ask;
    struct sheet *sheet;
    struct arena row;                 /* cleared after each row */
    struct sheet_column columns[SHEET_COLUMNS_MAX];
    unsigned char shown[SHEET_COLUMNS_MAX]; /* place among the table's columns */
    int shown_count;
    bool failed, stopped;             /* database or memory; the sheet tells of its own failures */
};

/* Begins a table with those of its n columns that the asker may see. */
bool export_begin(struct export *x, const char *en, const char *zh, const struct export_column *columns, int n);
/* One cell for each of the table's columns, seen or not. False: stop. Clears x->row. */
bool export_row(struct export *x, const struct sheet_cell *cells);
static inline struct sheet_cell cell_text_of(struct text t) { return (struct sheet_cell){ t, INT64_MIN }; }
static inline struct sheet_cell cell_value(int64_t v) { return (struct sheet_cell){ TEXT_NONE, v }; }
static inline struct text words_of(const struct export *x, struct text en, struct text zh) { return x->ask->zh ? zh : en; }

/* Each writes its table; false: x->failed, x->stopped or the sheet tells. */
bool export_orders(struct export *x);
bool export_items(struct export *x);
bool export_customers(struct export *x);
bool export_pick(struct export *x);
bool export_reminders(struct export *x);
bool export_held(struct export *x);
bool export_review(struct export *x);
bool export_review_days(struct export *x);
bool export_review_hours(struct export *x);
bool export_review_regions(struct export *x);
bool export_review_products(struct export *x);
bool export_review_figures(struct export *x);
bool export_quarantine(struct export *x);
bool export_imports(struct export *x);
bool export_records(struct export *x, enum subject subject);
#endif
