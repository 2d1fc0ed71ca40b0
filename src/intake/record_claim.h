/* A row's cells -> claims about records (core/record). Most rows give one; a row with parts ("visitors@pc") gives one a part.
 *
 * The key of a claim is a keyed hash of the file's key (profile, currency, zone), its subject and its values as they are kept, in the
 * order of the fields' numbers: equal in any encoding, quoting, column order and way to write a number. The key of a record holds
 * its key fields' values; of a person only a keyed hash. */
#ifndef ZG_INTAKE_RECORD_CLAIM_H
#define ZG_INTAKE_RECORD_CLAIM_H
#include "intake/claim.h"
#include "intake/record_value.h"

/* What makes a claim out of values: keys of hashes, and the zone of days. */
struct record_identity { unsigned char hash_key[32] /* the shop's: of persons */, file_key[16] /* of whose rows they are */; const struct zone *zone; };
enum record_completed { RECORD_COMPLETE, RECORD_NO_KEY, RECORD_KEY_TOO_LONG, RECORD_NO_MEMORY };
/* Fills in the record's key, the grain, at_ms and the claim's key, of a claim that has its subject and its values (in the order of their
 * fields; c->values points to `values`); texts are copied into the arena. *ret_field: at RECORD_NO_KEY the field that is missing. */
enum record_completed record_complete(struct arena *a, const struct record_identity *id, struct record_claim *c, struct record_value *values, int *ret_field);

enum { ROW_VALUES_MAX = LIMIT_COLUMNS * 2 };
struct record_use { int field, part, count, at[COLUMNS_PER_FIELD]; bool percent; };
struct cell_value { int field, part, column; int64_t number; struct text text; }; /* text in the maker's room, and normalised, also of numbers */

struct record_maker {
    const struct profile *profile;
    enum intake_encoding encoding;
    struct value_reader reader;
    int64_t as_of_ms;
    struct record_identity id;
    struct arena *own;                   /* lives as long as the maker */
    char *room;                          /* normalised cells of the row at hand */
    size_t room_size;
    struct record_use *uses;             /* by field and part */
    int use_count;
    int to_peers[RECORD_FIELDS_MAX + 1]; /* the peers' field of the same word, 0: none */
    struct cell_value *values;           /* ROW_VALUES_MAX of the row at hand */
    int value_count;
    struct text band;                    /* whose figures the row at hand tells; empty: the shop's */
    struct record_claim made[RECORD_PARTS_MAX + 1];
    int made_count, given;
};
/* columns and their headers live as long as the maker. False when memory ran out. */
bool record_maker_init(struct record_maker *m, struct arena *own, const struct profile *p, const struct intake_options *opt,
                       const struct intake_scan_result *scan);
/* Does the row say nothing: no field told, or a sum of other rows? Gathers it; a bad cell is said by record_make. */
bool record_row_is_nothing(struct record_maker *m, const struct csv_row *row);
/* The row is sound (row.h). At CLAIM_MADE `made` holds made_count claims, texts in the batch. */
enum claim_made record_make(struct record_maker *m, const struct csv_row *row, struct arena *batch, struct claim_fault *ret_fault);

/* Of the row that record_row_is_nothing saw: the latest time that dates the file. A day dates it by its end, but not beyond
 * now_ms (0: no limit). INSTANT_NONE: none. */
int64_t record_row_latest(struct record_maker *m, int64_t now_ms);
#endif
