/* What the files of the records' reducer share; nobody else includes it.
 *
 *   record_store.c   a batch of claims: which records, which events are new, then fold and say what to write   (start here)
 *   record_rows.c    the rows of records, events and cells, read and written many at a time
 *   record_undo.c    takes an import back
 *
 * Tables: record (one row a record), record_event (one row a claim that stands), record_event_cell and record_person_cell (what
 * the claim says, a row a field; personal cells apart), record_assertion (which import says so), record_cell (what all claims
 * together say: derived; of a personal cell only which event tells it). Lists live in the session's scratch arena for one batch. */
#ifndef ZG_STORE_RECORD_APPLY_H
#define ZG_STORE_RECORD_APPLY_H
#include "store/apply.h"

/* One record while it is worked on. claims[i] belongs to events[i]; claims stand together for record_fold. */
struct record_work {
    int64_t record_id, grain;
    enum subject subject;
    struct text record_key;
    struct record_claim *claims;
    struct work_event *events; /* of no line */
    size_t n, capacity;
};

/* Rows to write. */
struct record_row { const struct record_work *work; int64_t at_ms, as_of_ms, disputed; bool cells /* they are written anew */; };
struct record_event_row { int64_t record_id, event_no; const struct record_claim *claim; };
struct record_event_cell_row { int64_t record_id, event_no; const struct record_value *value; };
struct record_cell_row { int64_t record_id, event_no; struct record_cell cell; bool person; };

struct record_out {
    struct list added, changed;           /* record_row */
    struct list gone;                     /* int64_t: ids */
    struct list events;                   /* record_event_row: new ones */
    struct list event_cells, person_cells;/* record_event_cell_row, of new events */
    struct list moved;                    /* event_ref */
    struct list cells;                    /* record_cell_row: of records whose cells are written anew, all of them */
    struct list assertions;               /* event_ref */
};

/* ---- record_store.c ---- */
bool record_reserve(struct arena *a, struct record_work *w, size_t n);
/* The record as its standing claims say (those that are not gone); false: there is none. */
bool record_image(struct arena *a, const struct record_work *w, struct record *ret);
/* What must be written for a record that was `before` (NULL: not there) and is `after` (NULL: gone). */
bool record_emit(struct apply_session *a, struct record_out *out, const struct record_work *w, const struct record *before, const struct record *after);

/* ---- record_rows.c ---- */
/* Events, cells and what the record is of n records (ids ascending); w[i].record_id is given. */
bool record_load(struct apply_session *a, struct record_work *w, size_t n);
bool record_out_write(struct apply_session *a, struct record_out *out);

/* ---- record_undo.c ---- */
/* As undo_slice, of records only; *ret_found false: the import tells nothing of them any more. */
bool record_undo_slice(struct apply_session *a, int64_t import_id, int64_t max_events, bool *ret_found);
#endif
