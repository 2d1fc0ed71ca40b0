/* Strings that cells share, by number: pages of text and of where each string lies, in memory up to a small budget, beyond it in the
 * spill. Memory does not grow with the file. */
#ifndef ZG_INTAKE_SHARED_STRINGS_H
#define ZG_INTAKE_SHARED_STRINGS_H
#include "intake/intake.h"

struct strings;
struct strings *strings_create(struct arena *own, const struct intake_spill *spill); /* NULL: no memory; spill may be NULL */
/* The next number's. At most CELL_KEPT_BYTES long. False: see strings_failed. */
bool strings_add(struct strings *s, struct text string);
/* The text lives until the next call. False: there is no such string, or see strings_failed. */
bool strings_get(struct strings *s, uint32_t i, struct text *ret);
enum intake_refusal strings_failed(const struct strings *s);  /* REFUSED_NOT: memory ran out, or nothing is wrong */
#endif
