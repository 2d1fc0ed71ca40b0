/* What is said when a row or a file cannot be taken: what was seen, what is expected, what to do; English and Chinese.
 * No cell's content stands in these sentences: they may be kept longer than the row. */
#ifndef ZG_INTAKE_FAULT_H
#define ZG_INTAKE_FAULT_H
#include "intake/intake.h"
#include "intake/sniff.h"

enum row_fault {
    FAULT_SCIENTIFIC_ID, FAULT_BAD_BYTES, FAULT_CUT_SHORT, FAULT_BAD_QUOTES, FAULT_ROW_TOO_LONG, FAULT_CELL_TOO_LONG, FAULT_TOO_MANY_CELLS,
    FAULT_NO_ORDER_NO, FAULT_ORDER_NO_TOO_LONG, FAULT_BAD_ORDER_NO, FAULT_BAD_TIME, FAULT_TIME_OUT_OF_RANGE, FAULT_BAD_MONEY,
    FAULT_MONEY_TOO_PRECISE, FAULT_MONEY_OUT_OF_RANGE, FAULT_NEGATIVE_MONEY, FAULT_OTHER_CURRENCY, FAULT_BAD_COUNT, FAULT_NEGATIVE_COUNT, FAULT_TOO_MANY_LINES,
    /* of records */
    FAULT_NO_KEY, FAULT_KEY_TOO_LONG, FAULT_BAD_DAY, FAULT_BAD_HOUR, FAULT_BAD_CLOCK, FAULT_BAD_FIGURE, FAULT_BAD_RATIO, FAULT_BAD_DECIMAL, FAULT_BAD_SECONDS,
};
enum { ROW_FAULT_COUNT = FAULT_BAD_SECONDS + 1 };
struct fault_place {
    enum row_fault fault;
    struct text sheet;       /* of a workbook; empty: none */
    int64_t line;
    int column;              /* 1-based; 0: the whole row */
    struct text column_name, value, raw; /* UTF-8 */
    struct text expected;    /* what the cell should tell, where its fault alone cannot say it: the store's currency; empty: nothing */
};
/* Fills *ret with texts in the arena (copies of everything). */
void fault_say(struct arena *a, const struct fault_place *where, struct intake_fault *ret);

/* The last part of a path. */
struct text source_base_name(struct text path);
/* The code and what was seen, in both languages, without a place. */
struct fault_words_of { const char *code, *en, *zh; };
struct fault_words_of fault_words_of(enum row_fault f);

/* Which fault has this frozen word. */
bool row_fault_find(struct text code, enum row_fault *ret);

/* What a refusal's sentence needs beside its code. */
struct refusal_facts {
    enum intake_refusal refusal;
    struct text file;
    enum sniffed sniffed;            /* of REFUSED_NOT_TEXT */
    struct text seen, expected;      /* two shops' names; the header found; the columns missing */
    struct text expected_zh;         /* the columns missing */
    struct text profile_en, profile_zh;
    struct text member, sheet;       /* of an archive, of a workbook; empty: the file itself */
    int64_t line, column;            /* 0: none */
};
void refusal_say(struct arena *a, const struct refusal_facts *facts, struct intake_scan_result *ret);
#endif
