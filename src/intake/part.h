/* A part of a file (intake_part) as something to read. */
#ifndef ZG_INTAKE_PART_H
#define ZG_INTAKE_PART_H
#include "intake/fault.h"
#include "intake/intake.h"

/* The bytes of a text part: the file itself, or a member as it is unpacked. */
struct part_bytes {
    struct intake_source source;
    struct refusal_facts why;        /* refusal other than REFUSED_NOT: what is wrong, also once a read has failed */
    struct archive_member *member;   /* NULL: the file itself */
};
/* Memory is of the arena. False only when memory ran out. A member holds more than the arena: part_bytes_close. */
bool part_bytes_open(struct part_bytes *b, struct arena *own, const struct intake_source *source, const struct intake_part *part);
void part_bytes_close(struct part_bytes *b);

/* The part that is meant: the options' own, or the only one of the file. ret_why->refusal tells when there is none such. */
bool part_choose(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_part *ret,
                 struct refusal_facts *ret_why);
/* As intake_parts, for those inside. */
bool parts_list(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_parts *ret,
                struct refusal_facts *ret_why);
#endif
