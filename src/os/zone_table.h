/* What the readers of zones fill: the offsets of one zone for 2000 to 2100. */
#ifndef ZG_OS_ZONE_TABLE_H
#define ZG_OS_ZONE_TABLE_H
#include "base/instant.h"

enum { ZONE_SEGMENTS_MAX = 1024 };
struct zone_table { int n; int64_t at_ms[ZONE_SEGMENTS_MAX]; int32_t offset_s[ZONE_SEGMENTS_MAX]; };

/* Begins the table: `offset_s` holds from ever. */
void zone_table_start(struct zone_table *t, int32_t offset_s);
/* From at_ms on, later than what was added before; an offset that holds already adds nothing.  False when the table is full. */
bool zone_table_add(struct zone_table *t, int64_t at_ms, int32_t offset_s);

/* zone_tzif.c: the system's own database, which Debian keeps up to date. False when it has no such zone or it cannot be read. */
bool zone_from_system(const char *name, struct zone_table *ret);
/* The same from the bytes of a TZif file (RFC 8536). */
bool zone_from_tzif(struct text file, struct zone_table *ret);

/* zone_icu.c: ICU's database, as old as the release of ICU. False when it has no such zone. */
bool zone_from_icu(const char *name, struct zone_table *ret);
#endif
