/* See folder.h. folders_main looks once a second: each store's folder (look), its files (name by name), one that is still (take), its import,
 * and where it goes then (leave). */
#include "desk/folder.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "desk/desk.h"
#include "desk/feeds.h"
#include "desk/oldest.h"
#include "store/import_store.h"

enum { SEEN_MAX = OLDEST_MAX, NAME_BYTES = OLDEST_NAME_BYTES, IMPORTS_LOOKED_AT = 32, EXPIRE_AT_ONCE = 5000 };
#define EXPIRE_EVERY_US INT64_C(3600000000)

struct seen { char name[NAME_BYTES]; struct file_stamp stamp; int64_t since_us; };
struct folder { /* one store's */
    struct shop shop;
    char path[FEED_FOLDER_MAX];
    bool on, opened;                /* opened: taken/ was looked at since it was switched on */
    int64_t again_us;               /* not before */
    struct seen seen[SEEN_MAX];
    int seen_count;
};
struct folders {
    struct desk *desk;
    pthread_t thread;
    int end;                        /* an eventfd */
    atomic_bool stopping;
    struct folder *folders[LIMIT_STORES];
    int count;
    int64_t expire_us;
    struct import_figures figures;  /* of the import that runs */
};

static int64_t now_us(const struct folders *f) { return f->desk->env->monotonic_us(f->desk->env->ctx); }

/* ---- names ---- */

static bool ends_with_nocase(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    for (size_t i = 0; i < m; i++) {
        if (n < m) return false;
        const char c = name[n - m + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != end[i]) return false;
    }
    return true;
}

static bool half_name(const char *name)
{
    static const char *const ends[] = { ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".opdownload", ".td", "~" };
    if (name[0] == '.' || (name[0] == '~' && name[1] == '$') || strlen(name) >= NAME_BYTES) return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (ends_with_nocase(name, ends[i])) return true;
    return false;
}

static bool path_in(const struct folder *w, const char *sub, const char *name, char ret[FILE_PATH_MAX])
{
    const int n = snprintf(ret, FILE_PATH_MAX, "%s%s%s/%s", w->path, *sub ? "/" : "", sub, name);
    return n > 0 && n < FILE_PATH_MAX;
}

/* Moves a file into a folder within the watched one, under its name or "name-2", "name-3" where that is taken. */
static bool move_into(const struct folder *w, const char *from, const char *sub, const char *name, char ret[FILE_PATH_MAX])
{
    char dir[FILE_PATH_MAX], other[NAME_BYTES];
    if (*sub && (!path_in(w, "", sub, dir) || !directory_make_private(dir))) return false;
    const char *dot = strrchr(name, '.');
    const int stem = (int)(dot && dot != name ? dot - name : (ptrdiff_t)strlen(name));
    for (int i = 1; i < 1000; i++) {
        if (i == 1) snprintf(other, sizeof other, "%s", name);
        else if (snprintf(other, sizeof other, "%.*s-%d%s", stem, name, i, name + stem) >= (int)sizeof other) return false;
        if (!path_in(w, sub, other, ret)) return false;
        if (!file_stamp_of(ret).there) return file_rename(from, ret);
    }
    errno = EEXIST;
    return false;
}

/* ---- what is written of it ---- */

struct outcome { const struct shop *shop; struct feed_tally tally; const struct feed_refusal *refusal; };

static bool outcome_run(struct store *s, void *arg)
{
    const struct outcome *o = arg;
    return o->refusal ? feed_refusal_add(s, o->shop, o->refusal) : feed_tally_add(s, o->shop, FEED_FOLDER, &o->tally);
}

static void tell_done(struct folders *f, const struct folder *w)
{
    struct outcome o = { .shop = &w->shop, .tally = { .accepted = 1, .last_as_of_ms = INSTANT_NONE } };
    for (int i = 0; i < f->figures.file_count; i++)
        if (f->figures.files[i].as_of_ms > o.tally.last_as_of_ms) o.tally.last_as_of_ms = f->figures.files[i].as_of_ms;
    (void)writer_call(f->desk->writer, outcome_run, &o); /* an age that is not kept is told again by the next file */
}

static void tell_refused(struct folders *f, const struct folder *w, const char *name, const struct desk_message *m)
{
    struct feed_refusal r = { .source = FEED_FOLDER, .at_ms = f->desk->env->now_ms(f->desk->env->ctx) };
    file_shown_name(name, r.subject, sizeof r.subject);
    text_copy(r.code, sizeof r.code, text_from_cstr(m->code));
    text_copy(r.en, sizeof r.en, text_from_cstr(m->en));
    text_copy(r.zh, sizeof r.zh, text_from_cstr(m->zh));
    struct outcome o = { .shop = &w->shop, .refusal = &r };
    (void)writer_call(f->desk->writer, outcome_run, &o);
}

/* Why a file was refused, as a text beside it, for whoever looks into the folder and not at the page. */
static void reason_write(struct folders *f, const char *path, const struct desk_message *m)
{
    const struct env *env = f->desk->env;
    char name[FILE_PATH_MAX], text[2048];
    if (snprintf(name, sizeof name, "%s.reason.txt", path) >= (int)sizeof name) return;
    const int n = snprintf(text, sizeof text, "%s\n\n%s\n", m->zh, m->en);
    const int fd = env->open(env->ctx, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return;
    (void)env->write(env->ctx, fd, text, (size_t)n);
    env->close(env->ctx, fd);
}

/* ---- one file ---- */

/* The import of this path that a stop or a crash left, 0: none. */
static int64_t interrupted_import(struct store *s, const struct folder *w, const char *path)
{
    struct import_row rows[IMPORTS_LOOKED_AT];
    struct import_file_row file;
    const int n = import_list(s, &w->shop, 0, rows, IMPORTS_LOOKED_AT);
    for (int i = 0; i < n; i++)
        if (rows[i].state == IMPORT_INTERRUPTED && import_files(s, w->shop.merchant_id, rows[i].import_id, &file, 1) >= 1 && !strcmp(file.path, path))
            return rows[i].import_id;
    return 0;
}

static enum desk_result import_path(struct folders *f, struct store *s, const struct folder *w, const char *path, const char *name, struct desk_message *m)
{
    char shown[NAME_BYTES];
    const char *const paths[] = { path }, *const names[] = { shown };
    const struct import_ask ask = { .store = text_from_cstr(w->shop.key), .paths = paths, .names = names, .count = 1, .as_of_ms = INSTANT_NONE };
    const int64_t before = interrupted_import(s, w, path);
    f->figures = (struct import_figures){ .import_id = 0 };
    if (before) {
        const enum desk_result r = desk_import_resume(f->desk, before, 0, NULL, NULL, &f->figures, m);
        if (r != DESK_REFUSED) return r; /* refused: it is not the file it was */
    }
    file_shown_name(name, shown, sizeof shown);
    return desk_import(f->desk, &ask, NULL, NULL, &f->figures, m);
}

/* A file in taken/ on to where it belongs. */
static void import_taken(struct folders *f, struct store *s, struct folder *w, const char *name)
{
    char path[FILE_PATH_MAX], to[FILE_PATH_MAX];
    struct desk_message m = { 0 };
    if (!path_in(w, "taken", name, path)) return;
    const struct file_stamp before = file_stamp_of(path);
    if (!before.plain) return;
    const enum desk_result r = import_path(f, s, w, path, name, &m);
    const struct file_stamp after = file_stamp_of(path);
    if (r == DESK_DONE && (after.bytes != before.bytes || after.changed_ns != before.changed_ns)) {
        (void)move_into(w, path, "", name, to); /* somebody went on writing: once more, when it is still again */
        return;
    }
    switch (r) {
    case DESK_DONE:
        tell_done(f, w);
        if (!move_into(w, path, "done", name, to)) w->again_us = now_us(f) + FOLDER_AGAIN_MS * 1000;
        return;
    case DESK_REFUSED:
        tell_refused(f, w, name, &m);
        if (move_into(w, path, "refused", name, to)) reason_write(f, to, &m);
        else w->again_us = now_us(f) + FOLDER_AGAIN_MS * 1000;
        return;
    case DESK_FULL: case DESK_BUSY: case DESK_FAILED: /* stays in taken/ */
        w->opened = false;
        w->again_us = now_us(f) + FOLDER_AGAIN_MS * 1000;
        return;
    }
}

/* ---- one folder ---- */

static bool dropped_name(const char *name) { return !half_name(name); }
static bool any_name(const char *name) { return name[0] != '\0'; }

static struct seen *seen_of(struct folder *w, const char *name)
{
    for (int i = 0; i < w->seen_count; i++)
        if (!strcmp(w->seen[i].name, name)) return &w->seen[i];
    if (w->seen_count == SEEN_MAX) return NULL;
    struct seen *s = &w->seen[w->seen_count++];
    *s = (struct seen){ .since_us = 0 };
    snprintf(s->name, sizeof s->name, "%s", name);
    return s;
}

static bool same_stamp(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->bytes == b->bytes && a->changed_ns == b->changed_ns && a->inode == b->inode;
}

/* Whether the file has been as it is for long enough; notes how it is. */
static bool is_still(struct folders *f, struct folder *w, const char *name)
{
    char path[FILE_PATH_MAX];
    struct seen *s = path_in(w, "", name, path) ? seen_of(w, name) : NULL;
    if (!s) return false;
    const struct file_stamp now = file_stamp_of(path);
    const int64_t at_us = now_us(f);
    if (!now.plain || now.bytes == 0) return false;
    if (!same_stamp(&s->stamp, &now)) {
        s->stamp = now;
        s->since_us = at_us;
        return false;
    }
    return at_us - s->since_us >= FOLDER_STILL_MS * INT64_C(1000);
}

/* Only what is looked at now is remembered, so there is room for each of it. */
static void forget_others(struct folder *w, const struct oldest *now)
{
    int kept = 0;
    for (int i = 0; i < w->seen_count; i++) {
        int k = 0;
        while (k < now->count && strcmp(now->files[k].name, w->seen[i].name) != 0) k++;
        if (k < now->count) w->seen[kept++] = w->seen[i];
    }
    w->seen_count = kept;
}

static void look_taken(struct folders *f, struct store *s, struct folder *w, struct oldest *l)
{
    char taken[FILE_PATH_MAX];
    if (!path_in(w, "", "taken", taken) || !oldest_files(taken, any_name, l)) return;
    for (int i = 0; i < l->count && !atomic_load(&f->stopping) && now_us(f) >= w->again_us; i++) import_taken(f, s, w, l->files[i].name);
    if (l->more) w->opened = false; /* the others in a moment */
}

static void look_at_names(struct folders *f, struct store *s, struct folder *w, struct oldest *l)
{
    char path[FILE_PATH_MAX], to[FILE_PATH_MAX];
    if (!w->opened) {
        w->opened = true;
        look_taken(f, s, w, l);
    }
    (void)oldest_files(w->path, dropped_name, l); /* a folder that is gone makes its feed dark */
    forget_others(w, l);
    for (int i = 0; i < l->count && !atomic_load(&f->stopping) && now_us(f) >= w->again_us; i++) {
        const char *name = l->files[i].name;
        if (!is_still(f, w, name) || !path_in(w, "", name, path)) continue;
        if (!move_into(w, path, "taken", name, to)) {
            w->again_us = now_us(f) + FOLDER_AGAIN_MS * 1000;
            break;
        }
        import_taken(f, s, w, file_base_name(to));
    }
}

static void look(struct folders *f, struct store *s, struct folder *w)
{
    const struct env *env = f->desk->env;
    if (now_us(f) < w->again_us) return;
    struct oldest *l = env->memory.take(env->memory.ctx, sizeof *l);
    if (!l) return; /* in a moment */
    look_at_names(f, s, w, l);
    env->memory.give(env->memory.ctx, l, sizeof *l);
}

/* ---- all folders ---- */

static struct folder *folder_of(struct folders *f, const struct shop *shop)
{
    for (int i = 0; i < f->count; i++)
        if (f->folders[i]->shop.store_id == shop->store_id && !strcmp(f->folders[i]->shop.key, shop->key)) return f->folders[i];
    const struct env *env = f->desk->env;
    struct folder *w = f->count < LIMIT_STORES ? env->memory.take(env->memory.ctx, sizeof *w) : NULL;
    if (!w) return NULL;
    memset(w, 0, sizeof *w);
    w->shop = *shop;
    f->folders[f->count++] = w;
    return w;
}

static void shop_look(struct folders *f, struct store *s, const struct shop *shop)
{
    struct feed_row rows[FEED_SOURCES];
    const int n = feed_list(s, shop, rows);
    for (int i = 0; i < n; i++) {
        if (rows[i].source != FEED_FOLDER) continue;
        struct folder *w = rows[i].on || f->count ? folder_of(f, shop) : NULL;
        if (!w) continue;
        if (!w->on || strcmp(w->path, rows[i].folder) != 0) {
            w->opened = false;
            w->again_us = 0;
            w->seen_count = 0;
        }
        w->on = rows[i].on;
        snprintf(w->path, sizeof w->path, "%s", rows[i].folder);
        if (w->on && w->path[0]) look(f, s, w);
    }
}

static bool expire_run(struct store *s, void *arg)
{
    int *n = arg;
    *n = feed_ids_expire(s, 1, EXPIRE_AT_ONCE);
    return *n >= 0;
}

static void expire(struct folders *f)
{
    int n = 0;
    if (now_us(f) < f->expire_us) return;
    const bool more = writer_call(f->desk->writer, expire_run, &n) == WRITER_DONE && n == EXPIRE_AT_ONCE;
    f->expire_us = now_us(f) + (more ? 0 : EXPIRE_EVERY_US);
}

static void *folders_main(void *arg)
{
    struct folders *f = arg;
    struct store s = { .db = NULL };
    struct shop shops[LIMIT_STORES];
    struct pollfd end = { .fd = f->end, .events = POLLIN };
    struct desk_message m;
    while (poll(&end, 1, FOLDER_LOOK_MS) <= 0 && !atomic_load(&f->stopping)) {
        if (!s.db && !desk_reader(f->desk->env, f->desk->path, &s, &m)) continue;
        const int n = shop_list(&s, shops, LIMIT_STORES);
        for (int i = 0; i < n && !atomic_load(&f->stopping); i++) shop_look(f, &s, &shops[i]);
        if (n < 0) store_close(&s);
        expire(f);
    }
    if (s.db) store_close(&s);
    return NULL;
}

struct folders *folders_start(struct desk *d)
{
    struct folders *f = d->env->memory.take(d->env->memory.ctx, sizeof *f);
    if (!f) return NULL;
    memset(f, 0, sizeof *f);
    f->desk = d;
    f->expire_us = now_us(f) + EXPIRE_EVERY_US / 60;
    f->end = eventfd(0, EFD_CLOEXEC);
    if (f->end >= 0 && pthread_create(&f->thread, NULL, folders_main, f) == 0) return f;
    if (f->end >= 0) d->env->close(d->env->ctx, f->end);
    d->env->memory.give(d->env->memory.ctx, f, sizeof *f);
    return NULL;
}

void folders_ask_stop(struct folders *f)
{
    if (!f) return;
    atomic_store(&f->stopping, true);
    (void)eventfd_write(f->end, 1);
}

void folders_stop(struct folders *f)
{
    if (!f) return;
    const struct env *env = f->desk->env;
    pthread_join(f->thread, NULL);
    for (int i = 0; i < f->count; i++) env->memory.give(env->memory.ctx, f->folders[i], sizeof *f->folders[i]);
    env->close(env->ctx, f->end);
    env->memory.give(env->memory.ctx, f, sizeof *f);
}
