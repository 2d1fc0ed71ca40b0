/* See oldest.h: a heap of the files seen so far that are the oldest, the youngest of them on top, which gives way to an older one. */
#include "desk/oldest.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "desk/files.h"

struct looking { const char *directory; bool (*wanted)(const char *name); struct oldest *to; };

static int compare(const struct oldest_file *a, const struct oldest_file *b)
{
    if (a->changed_ns != b->changed_ns) return a->changed_ns < b->changed_ns ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int compare_any(const void *a, const void *b) { return compare(a, b); }

static void swap(struct oldest_file *a, struct oldest_file *b)
{
    const struct oldest_file t = *a;
    *a = *b;
    *b = t;
}

static void rise(struct oldest *o, int at)
{
    for (int up; at > 0 && compare(&o->files[up = (at - 1) / 2], &o->files[at]) < 0; at = up) swap(&o->files[up], &o->files[at]);
}

static void sink(struct oldest *o)
{
    for (int at = 0, down; (down = 2 * at + 1) < o->count; at = down) {
        if (down + 1 < o->count && compare(&o->files[down], &o->files[down + 1]) < 0) down++;
        if (compare(&o->files[at], &o->files[down]) >= 0) return;
        swap(&o->files[at], &o->files[down]);
    }
}

static bool look_name(void *ctx, const char *name)
{
    const struct looking *l = ctx;
    struct oldest *o = l->to;
    struct oldest_file f;
    char path[FILE_PATH_MAX];
    if (strlen(name) >= sizeof f.name || !l->wanted(name) || snprintf(path, sizeof path, "%s/%s", l->directory, name) >= (int)sizeof path) return true;
    const struct file_stamp stamp = file_stamp_of(path);
    if (!stamp.plain || stamp.bytes == 0) return true;
    memcpy(f.name, name, strlen(name) + 1);
    f.changed_ns = stamp.changed_ns;
    if (o->count < OLDEST_MAX) {
        o->files[o->count++] = f;
        rise(o, o->count - 1);
        return true;
    }
    o->more = true;
    if (compare(&f, &o->files[0]) >= 0) return true;
    o->files[0] = f;
    sink(o);
    return true;
}

bool oldest_files(const char *directory, bool (*wanted)(const char *name), struct oldest *ret)
{
    struct looking l = { directory, wanted, ret };
    ret->count = 0;
    ret->more = false;
    if (!directory_names(directory, look_name, &l)) return false;
    qsort(ret->files, (size_t)ret->count, sizeof ret->files[0], compare_any);
    return true;
}
