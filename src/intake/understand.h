/* The first rows of a file as they will be understood, for people who look before they import: each cell typed (a time in the
 * shop's zone, money with its currency, a status as our word) and, where that is doubtful, why.
 *
 * Nothing here decides: the reader does (reader.c). A cell that its row would be refused for is doubtful here for the same reason;
 * the other doubts are about cells that will go in. */
#ifndef ZG_INTAKE_UNDERSTAND_H
#define ZG_INTAKE_UNDERSTAND_H
#include "intake/cell.h"
#include "intake/record_value.h"

enum cell_doubt {
    DOUBT_NONE,
    DOUBT_AMBIGUOUS_DATE,  /* 03/04/2020: 3 April or 4 March? */
    DOUBT_TIME_TWICE, DOUBT_TIME_SKIPPED, /* a clock change: exists twice (the first is taken), not at all (moved forward) */
    DOUBT_FUTURE,          /* later than now by more than a day, of a time that tells what happened */
    DOUBT_NOT_A_TIME, DOUBT_NOT_A_NUMBER, DOUBT_OTHER_CURRENCY,
    DOUBT_SCIENTIFIC,      /* 3.5E+16: digits are lost */
    DOUBT_UNKNOWN_STATUS,  /* a word that no table lists */
    DOUBT_FAR_OFF,         /* an amount a hundred times above or below the middle one of the first rows */
    DOUBT_MOJIBAKE,        /* text that was decoded with a wrong encoding before it was saved */
};
const char *cell_doubt_word(enum cell_doubt d); /* frozen: "ambiguous-date"; "" for none */
struct text cell_doubt_text(enum cell_doubt d, bool zh); /* a sentence: why, and what will happen */

struct understood {
    struct text text;      /* as our words: ISO 8601 with the shop's offset, "201.12 CNY", "paid", "3"; else the cell, normalised. Empty: nothing is told */
    enum cell_doubt doubt;
};
struct understander {
    struct arena *a;                   /* texts of the answers */
    const struct profile *profile;     /* NULL: nothing is typed, text is still looked at */
    const struct intake_options *opt;
    struct time_reader clock;
    struct value_reader values;        /* of subjects other than orders */
    uint16_t *gb_of;                   /* code point below 65536 -> GB18030 in two bytes, 0: none */
};
bool understander_init(struct understander *u, struct arena *a, const struct profile *p, const struct intake_options *opt);
/* What a column of this kind ("time", "money", .. as intake_field.kind) makes of a cell. f: FIELD_NONE when it is of no order. */
struct understood understand_cell(struct understander *u, const char *kind, enum field f, struct text cell);
/* The same for a field of another subject than orders. */
struct understood understand_value(struct understander *u, enum record_kind kind, struct text cell);
/* The preview of a scan: ret[row * column_count + column]. */
bool understand_preview(struct understander *u, const struct intake_scan_result *scan, struct understood *ret);
/* Was this text decoded with a wrong encoding: UTF-8 read as Latin-1 or as GBK, or with characters that were replaced? */
bool text_is_mojibake(struct understander *u, struct text s);
#endif
