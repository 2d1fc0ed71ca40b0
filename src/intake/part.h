/* A part of a file (intake_part) as something to read. */
#ifndef ZG_INTAKE_PART_H
#define ZG_INTAKE_PART_H
#include "intake/archive.h"
#include "intake/fault.h"
#include "intake/intake.h"

/* The bytes of a part of any kind: the file itself, or a member of an archive as it is unpacked. It must stay where it is. */
struct part_bytes {
    struct intake_source source;
    struct refusal_facts why;        /* refusal other than REFUSED_NOT: what is wrong, also once a read has failed */
    struct arena *own;
    struct archive archive;          /* no entries: the file itself */
    struct archive_member member;
    int entry;
    int64_t budget;                  /* what may still be unpacked */
};
/* Memory is of the arena. False only when memory ran out. Close it in any case. */
bool part_bytes_open(struct part_bytes *b, struct arena *own, const struct intake_source *source, const struct intake_part *part);
void part_bytes_close(struct part_bytes *b);

/* Bytes that can be read anywhere, and room behind them: of the file itself, else of the spill, into which the member goes. */
struct part_random {
    struct random_bytes bytes;
    struct intake_spill spill;       /* what is left of the room */
    const struct intake_spill *spill_all;
    int64_t spill_from;
};
/* As part_bytes_open; what is wrong is told in b->why. r must stay where it is. */
bool part_random_open(struct part_random *r, struct part_bytes *b, const struct intake_spill *spill);

/* The part that is meant: the options' own, or the only one of the file. ret_why->refusal tells when there is none such. */
bool part_choose(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_part *ret,
                 struct refusal_facts *ret_why);
/* As intake_parts, for those inside. */
bool parts_list(struct arena *a, const struct intake_source *source, const struct intake_options *opt, struct intake_parts *ret,
                struct refusal_facts *ret_why);
#endif
