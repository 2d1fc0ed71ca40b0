/* A row's cells -> struct order_claim.
 *
 * The key of a claim is a keyed hash of what the row says: the file's key (profile, currency, zone, country), then each field
 * that is not empty, in the order of the fields' numbers, as normalised text, and which occurrence of its line it is. So the same
 * row hashes alike in any encoding, column order and quoting. */
#ifndef ZG_INTAKE_CLAIM_H
#define ZG_INTAKE_CLAIM_H
#include "intake/cell.h"
#include "intake/fault.h"

struct claim_maker {
    const struct profile *profile;
    enum intake_encoding encoding;
    struct currency currency;
    struct text country;
    int64_t as_of_ms;
    struct column_map map;
    struct time_reader clock;
    unsigned char file_key[16];
    struct arena *own;                  /* lives as long as the maker */
    char *room;                         /* normalised cells of the row at hand */
    size_t room_size;
    struct occurrence *occurrences;     /* occurrence_sets * OCCURRENCE_WAYS */
    uint32_t occurrence_sets;
    uint32_t rows;
    struct seen_status { char word[64]; size_t len; enum order_status status; } seen[8]; /* as read; rows repeat them */
    int seen_next;
    bool has_rules;                     /* the profile has some that look at single values */
    struct order_claim *more;           /* of the row last made: further claims; their texts are in the batch */
    int more_count, more_capacity;
};
/* columns and their headers live as long as the maker. scan->rows below 0: for documents of few rows, with claim_maker_renew before each.
 * False when memory ran out. */
bool claim_maker_init(struct claim_maker *m, struct arena *own, const struct profile *p, const struct intake_options *opt,
                      const struct intake_scan_result *scan);

/* What follows is another document, of so many rows: lines that repeat are counted from one again. */
void claim_maker_renew(struct claim_maker *m, size_t rows);

enum claim_made { CLAIM_MADE, CLAIM_PASSED_OVER /* no order number and no line */, CLAIM_FAULT, CLAIM_NO_MEMORY };
/* At a fault: which, and in which column (0-based; -1: the row). */
struct claim_fault { enum row_fault fault; int column; };
/* The row is sound (row.h). Further claims of the same row stand in m->more; of a bad row nothing counts. */
enum claim_made claim_make(struct claim_maker *m, const struct csv_row *row, struct arena *batch, struct order_claim *ret, struct claim_fault *ret_fault);

/* Whether a row fills neither an order number nor anything that names a line; a cell of theirs that is no text is something. room: for the row's
 * longest cell (CELL_ROOM). */
bool claim_says_nothing(const struct claim_maker *m, const struct csv_row *row, char *room);
/* A row that the profile knows to be none: a count of records, a seller's name. */
bool claim_is_junk(const struct claim_maker *m, const struct csv_row *row);

/* The status a row's word stands for; *ret_known false when no table lists it. */
enum order_status claim_status(struct claim_maker *m, struct text word, bool *ret_known);
#endif
