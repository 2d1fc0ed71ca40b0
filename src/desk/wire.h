/* What is said over F.sock: JSON, a line each.  The asking side sends one line, {"verb":..}; the serving side answers with any number
 * of {"progress":{figures}} and one {"result":"done",..} at the end, and closes.  Only the same user may connect. */
#ifndef ZG_DESK_WIRE_H
#define ZG_DESK_WIRE_H
#include <jansson.h>
#include "desk/commands.h"

#define WIRE_LINE_MAX LIMIT_JSON_BYTES

struct wire { const struct env *env; int fd; char *line; size_t filled, used; };
bool wire_init(struct wire *w, const struct env *env, int fd); /* false: out of memory */
void wire_release(struct wire *w);                             /* closes */
/* The next line as an object; NULL when the other side closed, said no JSON, or too much of it. A new reference. */
json_t *wire_get(struct wire *w);
bool wire_put(struct wire *w, json_t *what);                   /* takes the reference; false when the other side is gone */

json_t *wire_of_figures(const struct import_figures *f);
void wire_to_figures(json_t *from, struct import_figures *ret);
json_t *wire_of_end(enum desk_result r, const struct desk_message *m);
enum desk_result wire_to_end(json_t *from, struct desk_message *m);
const char *wire_text(json_t *from, const char *key);          /* "" when absent */
const char *wire_text_or_null(json_t *from, const char *key);
int64_t wire_i64(json_t *from, const char *key);
#endif
