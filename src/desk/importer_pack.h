/* What the desk and its importer say to each other, as bytes: frames over a socket, and the structs of intake in them.
 *
 * The importer reads what strangers made, so the desk believes nothing that comes from it: each unpack_* checks every length, count,
 * word, time, amount and text, as far as what comes after relies on it, and fails as a whole. Packing for the importer is not
 * checked, but the same functions read it there.
 *
 * How bytes are made is in base/pack.h, of claims in core/order/claim_pack.h. */
#ifndef ZG_DESK_IMPORTER_PACK_H
#define ZG_DESK_IMPORTER_PACK_H
#include "core/order/claim_pack.h"
#include "intake/intake.h"
#include "intake/profile_set.h"

enum {
    FRAME_BYTES_MAX = 4 * 1024 * 1024,  /* of what is said: a scan's columns and first rows, or rows of the file */
    FRAME_ROWS_BYTES = 256 * 1024,      /* rows are sent when there are so many of them */
};
enum frame_kind {
    /* asked of the importer */
    ASK_BEGIN = 1 /* name, size, profiles: first of all */, ASK_PARTS /* options */, ASK_SCAN /* options */, ASK_ROWS /* options, how many at most, scan */,
    /* said by it */
    SAID_HELLO = 64 /* what stands between it and the world: first of all */, SAID_ALIVE, SAID_PROGRESS, SAID_PARTS, SAID_SCAN, SAID_ROWS /* how far in the file, records */,
    SAID_ROWS_END, SAID_ROWS_FAILED, SAID_NO_MEMORY,
};
/* What the compiler leaves loose between the members of each struct; the rest is in the lists. */
enum { RECORD_LOOSE = 4 + 6 + 4, VALUE_LOOSE = 4, FAULT_LOOSE = 4, PART_LOOSE = 7 + 3, SCAN_LOOSE = 4 + 4 + 3 + 4 + 4 + 4 + 4 };
struct frame_head { uint32_t len; /* of what follows */ uint32_t kind; };

/* An unpacker's about is the struct profile_set by which profiles are found. */
void pack_profile(struct packer *p, const struct profile *f); /* by its name; NULL: none */
const struct profile *unpack_profile(struct unpacker *u);
void pack_part(struct packer *p, const struct intake_part *part);
void unpack_part(struct unpacker *u, struct intake_part *ret);

/* ---- asked: importer_options.c ---- */
/* With the zones of the options and of every profile in the set. */
void pack_options(struct packer *p, const struct intake_options *o, const struct profile_set *set);
/* *ret's part, zone and find_zone live in the arena; its spill is left alone. */
bool unpack_options(struct unpacker *u, struct arena *a, struct intake_options *ret);

/* ---- said ---- */
void pack_parts(struct packer *p, const struct intake_parts *parts);
bool unpack_parts(struct unpacker *u, struct arena *a, struct intake_parts *ret);
/* A profile is named; the other side has it in its set. */
void pack_scan(struct packer *p, const struct intake_scan_result *s);
bool unpack_scan(struct unpacker *u, struct intake_scan_result *ret);

/* A row's claim or fault is a record: its kind, its length, its bytes. */
void pack_row(struct packer *p, const struct intake_row *row, int64_t line);
void pack_fault(struct packer *p, const struct intake_fault *f);
/* The next record's bytes; ROW_END: no more, ROW_ERROR: not what it should be. */
enum intake_row_kind unpack_record(struct unpacker *u, struct text *ret);
/* orders: whether the file's profile is of orders, as then each of its rows is. Values of a record live in the arena. */
bool unpack_row(struct text record, bool orders, struct arena *a, struct intake_row *ret, int64_t *ret_line);
bool unpack_fault(struct text record, struct intake_fault *ret);
#endif
