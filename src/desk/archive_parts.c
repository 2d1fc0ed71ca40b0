/* What reading and writing an archive share, and whether a file is one. */
#include <stdio.h>
#include <zip.h>
#include "desk/archive_parts.h"

bool archive_is(const char *path)
{
    int code = 0;
    zip_t *z = zip_open(path, ZIP_RDONLY, &code);
    if (!z) return false;
    const bool named = zip_name_locate(z, ARCHIVE_MANIFEST, 0) >= 0 && zip_name_locate(z, "table/orders.ndjson", 0) >= 0;
    zip_discard(z);
    return named;
}

void archive_entry_name(const struct archive_table *t, char ret[ARCHIVE_NAME_BYTES]) { snprintf(ret, ARCHIVE_NAME_BYTES, "table/%s.ndjson", t->name); }

bool line_room(struct archive_line *l, size_t more)
{
    const struct arena_source *m = &l->env->memory;
    if (l->failed) return false;
    if (l->used + more <= l->room) return true;
    size_t room = l->room ? l->room : 64 * 1024;
    while (room < l->used + more) room *= 2;
    char *bytes = room <= ARCHIVE_LINE_MAX ? m->take(m->ctx, room) : NULL;
    if (!bytes) {
        l->failed = true;
        return false;
    }
    if (l->used) memcpy(bytes, l->bytes, l->used);
    if (l->bytes) m->give(m->ctx, l->bytes, l->room);
    l->bytes = bytes;
    l->room = room;
    return true;
}

void line_release(struct archive_line *l)
{
    if (l->bytes) l->env->memory.give(l->env->memory.ctx, l->bytes, l->room);
    l->bytes = NULL;
    l->used = l->room = 0;
}
