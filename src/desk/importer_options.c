/* What the importer is asked with, as bytes: the options of a look or a reading, with the zones they may need. See importer_pack.h. */
#include <assert.h>
#include "desk/importer_pack.h"

enum { ZONES_MAX = 64, ZONE_CHANGES_MAX = 4096, OPTION_BYTES_MAX = 1024 };
struct zone_list { const struct zone *zones[ZONES_MAX]; int count; };

static void zone_add(struct zone_list *l, const struct zone *z)
{
    if (!z || l->count == ZONES_MAX) return;
    for (int i = 0; i < l->count; i++)
        if (l->zones[i] == z || strcmp(l->zones[i]->name, z->name) == 0) return;
    l->zones[l->count++] = z;
}

static void pack_zone(struct packer *p, const struct zone *z)
{
    pack_bytes(p, z->name, sizeof z->name);
    pack_i64(p, z->n);
    pack_bytes(p, z->at_ms, (size_t)z->n * sizeof *z->at_ms);
    pack_bytes(p, z->offset_s, (size_t)z->n * sizeof *z->offset_s);
}

static const struct zone *unpack_zone(struct unpacker *u, struct arena *a)
{
    struct zone *z = ARENA_NEW(a, struct zone);
    if (!z) return NULL;
    unpack_bytes(u, z->name, sizeof z->name);
    z->n = (int)unpack_between(u, 1, ZONE_CHANGES_MAX);
    int64_t *at_ms = ARENA_ARRAY(a, int64_t, (size_t)z->n);
    int32_t *offset_s = ARENA_ARRAY(a, int32_t, (size_t)z->n);
    if (!at_ms || !offset_s) return NULL;
    unpack_bytes(u, at_ms, (size_t)z->n * sizeof *at_ms);
    unpack_bytes(u, offset_s, (size_t)z->n * sizeof *offset_s);
    z->at_ms = at_ms;
    z->offset_s = offset_s;
    return u->bad || z->name[sizeof z->name - 1] != '\0' ? NULL : z;
}

static const struct zone *find_in_list(void *ctx, const char *name)
{
    const struct zone_list *l = ctx;
    for (int i = 0; i < l->count; i++)
        if (strcmp(l->zones[i]->name, name) == 0) return l->zones[i];
    return NULL;
}

static void pack_zones(struct packer *p, const struct intake_options *o, const struct profile_set *set)
{
    struct zone_list l = { .count = 0 };
    zone_add(&l, o->zone);
    for (int i = 0; i < profile_count(set) && o->find_zone; i++) {
        char name[sizeof o->zone->name];
        const struct text zone = profile_zone(profile_at(set, i));
        if (zone.len == 0 || zone.len >= sizeof name) continue;
        text_copy(name, sizeof name, zone);
        zone_add(&l, o->find_zone(o->find_zone_ctx, name));
    }
    pack_i64(p, l.count);
    for (int i = 0; i < l.count; i++) pack_zone(p, l.zones[i]);
}

void pack_options(struct packer *p, const struct intake_options *o, const struct profile_set *set)
{
    pack_zones(p, o, set);
    pack_i64(p, o->part != NULL);
    if (o->part) pack_part(p, o->part);
    pack_bytes(p, o->currency.code, sizeof o->currency.code);
    pack_text(p, o->country);
    pack_text(p, o->store_name);
    pack_profile(p, o->profile);
    pack_i64(p, o->zone_asked);
    pack_i64(p, o->encoding_asked);
    pack_i64(p, o->encoding);
    pack_i64(p, o->as_of_ms);
    pack_i64(p, o->now_ms);
    pack_bytes(p, o->hash_key, sizeof o->hash_key);
}

bool unpack_options(struct unpacker *u, struct arena *a, struct intake_options *ret)
{
    static_assert(sizeof *ret == 6 * sizeof(void *) + sizeof ret->currency + 4 /* loose */ + 2 * sizeof(struct text) + 4 /* zone_asked, encoding_asked */ +
                      sizeof ret->encoding + 2 * sizeof(int64_t) + sizeof ret->hash_key,
                  "a new option must be packed, too");
    struct zone_list *l = ARENA_NEW(a, struct zone_list);
    struct intake_part *part = ARENA_NEW(a, struct intake_part);
    if (!l || !part) return false;
    l->count = (int)unpack_between(u, 1, ZONES_MAX);
    for (int i = 0; i < l->count; i++)
        if (!(l->zones[i] = unpack_zone(u, a))) return false;
    ret->zone = l->zones[0];
    ret->find_zone = find_in_list;
    ret->find_zone_ctx = l;
    const bool has_part = unpack_between(u, 0, 1) == 1;
    if (has_part) unpack_part(u, part);
    ret->part = has_part ? part : NULL;
    unpack_bytes(u, ret->currency.code, sizeof ret->currency.code);
    ret->country = unpack_text(u, OPTION_BYTES_MAX);
    ret->store_name = unpack_text(u, OPTION_BYTES_MAX);
    ret->profile = unpack_profile(u);
    ret->zone_asked = unpack_between(u, 0, 1) == 1;
    ret->encoding_asked = unpack_between(u, 0, 1) == 1;
    ret->encoding = (enum intake_encoding)unpack_between(u, ENCODING_UTF8, ENCODING_XLS);
    ret->as_of_ms = unpack_i64(u);
    ret->now_ms = unpack_i64(u);
    unpack_bytes(u, ret->hash_key, sizeof ret->hash_key);
    return !u->bad;
}
