/* A single value of a JSON document as the text of a cell. */
#ifndef ZG_INTAKE_JSON_SCALAR_H
#define ZG_INTAKE_JSON_SCALAR_H
#include <jansson.h>
#include "base/arena.h"
/* A string's text is the document's own; a number's lies in the arena, 12.30 as 12.3. None of null, of an object and of a list. */
struct text json_scalar(struct arena *a, const json_t *v);
#endif
