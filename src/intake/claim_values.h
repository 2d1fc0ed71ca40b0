/* What claim.c and claim_read.c share: a row's values, gathered. Nobody else includes it. */
#ifndef ZG_INTAKE_CLAIM_VALUES_H
#define ZG_INTAKE_CLAIM_VALUES_H
#include "intake/claim.h"

#define AMOUNT_MINOR_MAX INT64_C(1000000000000)

struct values {
    struct text of[FIELD_COUNT];     /* normalised; in the maker's room. Of a field that is added up only its length counts */
    int column[FIELD_COUNT];
    int64_t sum[FIELD_COUNT];        /* of fields that are added up */
    bool summed[FIELD_COUNT];
    size_t used;                     /* bytes of the maker's room */
};

/* Times, amounts and words into *c, of which as_of and has_line are set; false at a bad cell. */
bool claim_read(struct claim_maker *m, const struct values *v, struct order_claim *c, struct claim_fault *fault);
enum row_fault money_fault(enum money_parse_error e); /* of any but MONEY_OK and MONEY_EMPTY */
struct text claim_region(const struct profile *p, const struct values *v);
struct text claim_country(const struct claim_maker *m, const struct values *v);
#endif
