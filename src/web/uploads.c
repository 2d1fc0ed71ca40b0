/* The thread that looks at uploaded files, and their end. See uploads.h. */
#include "web/uploads.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include "desk/commands.h"
#include "desk/files.h"
#include "desk/source.h"
#include "desk/writer.h"
#include "web/call.h"
#include "web/memory.h"

enum { SCANS_MAX = 32, EXPIRE_AT_ONCE = 16, EXPIRE_EVERY_S = 600 };
#define SCAN_ARENA_BYTES_MAX ((size_t)64 * 1024 * 1024)

enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_SCANNING, SLOT_READY };
struct scan_slot { enum slot_state state; struct scan_ask ask; atomic_int progress; char *json; uint64_t used; bool stale; };

struct uploads {
    struct web *web;
    const struct env *env;
    struct store reader;
    pthread_mutex_t lock;
    int wake;               /* an eventfd: something waits, or the end */
    struct scan_slot slots[SCANS_MAX];
    uint64_t clock;
    atomic_bool stopping;
    pthread_t thread;
    bool runs;
    int64_t expired_at_ms;
};

/* ---- one scan ---- */

static bool scan_progress(void *ctx, int64_t done, int64_t all)
{
    struct scan_slot *slot = ((void **)ctx)[0];
    const struct uploads *u = ((void **)ctx)[1];
    if (all > 0) atomic_store(&slot->progress, (int)(done >= all ? 1000 : done * 1000 / all));
    return !atomic_load(&u->stopping);
}

static bool is_stopping(void *ctx) { return atomic_load(&((struct uploads *)ctx)->stopping); }

static struct intake_options options_of(const struct uploads *u, const struct shop *shop, const struct scan_ask *ask,
                                        const struct profile_set *set)
{
    struct intake_options o = shop_intake_options(u->env, shop);
    const struct zone *asked = ask->zone[0] ? u->env->zone(u->env->ctx, ask->zone) : NULL;
    if (asked) o.zone = asked;
    if (ask->profile[0]) o.profile = profile_set_find(set, text_from_cstr(ask->profile));
    return o;
}

/* Every part, one after the other. NULL: no memory, or the desk stops. */
static json_t *scan_parts(struct uploads *u, struct scan_slot *slot, struct arena *a, const struct scan_view *like, const struct intake_parts *parts)
{
    void *progress[] = { slot, u };
    json_t *list = json_array();
    for (int i = 0; list && i < parts->count; i++) {
        struct intake_options options = *like->options;
        struct scan_view view = *like;
        struct intake_scan_result *result = ARENA_NEW(a, struct intake_scan_result);
        options.part = &parts->list[i];
        view.options = &options;
        view.scan = result;
        if (result && importer_scan(like->importer, a, &options, scan_progress, progress, result)
            && json_array_append_new(list, scan_part_json(a, &view)) == 0) continue;
        json_decref(list);
        return NULL;
    }
    return list;
}

static char *scan_file(struct uploads *u, struct scan_slot *slot, const struct upload_row *row, const struct shop *shop,
                       struct profile_set *set)
{
    struct arena a;
    char *json = NULL;
    struct intake_options options = options_of(u, shop, &slot->ask, set);
    struct intake_parts parts;
    struct importer *importer = importer_open(&(struct importer_ask){ .env = u->env, .path = row->path, .name = text_from_cstr(row->name), .bytes = row->bytes,
        .spill_beside = desk_path(u->web->options.desk), .profiles = set, .stop = is_stopping, .stop_ctx = u });
    arena_init(&a, &u->env->memory, SCAN_ARENA_BYTES_MAX);
    if (importer && importer_parts(importer, &a, &options, &parts) && !atomic_load(&u->stopping)) {
        const struct scan_view view = { importer, &options, NULL };
        json_t *list = scan_parts(u, slot, &a, &view, &parts);
        json_t *j = list ? scan_json(row, set, &parts, list) : NULL;
        json = j ? json_dumps(j, JSON_COMPACT) : NULL;
        json_decref(j);
    }
    importer_close(importer);
    arena_release(&a);
    return json;
}

static char *scan(struct uploads *u, struct scan_slot *slot)
{
    struct shop shop;
    struct upload_row row;
    struct desk_message message;
    if (shop_find(&u->reader, text_from_cstr(slot->ask.store), &shop) != SHOP_OK
        || upload_find(&u->reader, &shop, slot->ask.upload_id, &row) != UPLOAD_FOUND)
        return NULL;
    struct profile_set *set = desk_profile_set(u->env, &u->reader, &shop, &message);
    if (!set) return NULL;
    char *json = scan_file(u, slot, &row, &shop, set);
    profile_set_free(set);
    return json;
}

/* ---- files that nobody needs any more ---- */

struct removal { int64_t upload_id; };

static bool remove_row(struct store *s, void *arg)
{
    return upload_remove(s, WEB_MERCHANT, ((const struct removal *)arg)->upload_id);
}

/* Files that no row tells of any more: a restore put rows in their place that know nothing of them, or a kill came before the row. */
static void sweep(struct uploads *u, int64_t now_ms)
{
    const char *dir = desk_files_dir(u->web->options.desk);
    DIR *d = opendir(dir);
    for (const struct dirent *e; d && (e = readdir(d));) {
        char path[FILE_PATH_MAX];
        struct stat st;
        bool known = true;
        const struct text name = text_from_cstr(e->d_name);
        if (!text_ends_with(name, TEXT(".upload")) || (size_t)snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= sizeof path) continue;
        if (lstat(path, &st) != 0 || (int64_t)st.st_mtime * 1000 > now_ms - UPLOAD_KEEP_MS) continue;
        if (upload_at(&u->reader, WEB_MERCHANT, text_from_cstr(path), &known) && !known) file_remove(path);
    }
    if (d) closedir(d);
}

static void expire(struct uploads *u)
{
    int64_t now_ms = web_now_ms(u->web);
    if (u->expired_at_ms && now_ms - u->expired_at_ms < EXPIRE_EVERY_S * 1000 && now_ms >= u->expired_at_ms) return;
    struct upload_row *rows = memory_take(u->env, EXPIRE_AT_ONCE * sizeof *rows);
    int n = rows ? upload_expired(&u->reader, WEB_MERCHANT, now_ms - UPLOAD_KEEP_MS, rows, EXPIRE_AT_ONCE) : 0;
    for (int i = 0; i < n; i++) {
        struct removal r = { rows[i].upload_id };
        /* The file first: a row without a file says "upload it again". A row of a backup from elsewhere may name any file: only ours go. */
        const bool ours = file_in_directory(rows[i].path, desk_files_dir(u->web->options.desk));
        if ((!ours || file_remove(rows[i].path) || errno == ENOENT) && writer_call(desk_writer(u->web->options.desk), remove_row, &r) != WRITER_DONE) break;
    }
    memory_give(u->env, rows, EXPIRE_AT_ONCE * sizeof *rows);
    sweep(u, now_ms);
    if (n < EXPIRE_AT_ONCE) u->expired_at_ms = now_ms;
}

/* ---- the thread ---- */

static struct scan_slot *next_waiting(struct uploads *u)
{
    struct scan_slot *first = NULL;
    for (int i = 0; i < SCANS_MAX; i++)
        if (u->slots[i].state == SLOT_WAITING && (!first || u->slots[i].used < first->used)) first = &u->slots[i];
    return first;
}

static void sleep_until_woken(struct uploads *u)
{
    struct pollfd wake = { .fd = u->wake, .events = POLLIN };
    eventfd_t count;
    pthread_mutex_unlock(&u->lock);
    if (poll(&wake, 1, EXPIRE_EVERY_S * 1000) > 0) (void)eventfd_read(u->wake, &count);
    pthread_mutex_lock(&u->lock);
}

static void wake(const struct uploads *u) { (void)eventfd_write(u->wake, 1); }

static void *run(void *arg)
{
    struct uploads *u = arg;
    pthread_mutex_lock(&u->lock);
    while (!atomic_load(&u->stopping)) {
        struct scan_slot *slot = next_waiting(u);
        if (!slot) {
            pthread_mutex_unlock(&u->lock);
            expire(u);
            pthread_mutex_lock(&u->lock);
            sleep_until_woken(u);
            continue;
        }
        slot->state = SLOT_SCANNING;
        pthread_mutex_unlock(&u->lock);
        char *json = scan(u, slot);
        pthread_mutex_lock(&u->lock);
        slot->json = json;
        slot->state = slot->stale ? SLOT_FREE : SLOT_READY;
        if (slot->stale) { free(slot->json); slot->json = NULL; }
    }
    pthread_mutex_unlock(&u->lock);
    return NULL;
}

static bool same(const struct scan_ask *a, const struct scan_ask *b)
{
    return a->replaced == b->replaced && a->upload_id == b->upload_id && !strcmp(a->store, b->store) && !strcmp(a->profile, b->profile) && !strcmp(a->zone, b->zone);
}

static struct scan_slot *slot_for(struct uploads *u, const struct scan_ask *ask)
{
    struct scan_slot *free_slot = NULL;
    for (int i = 0; i < SCANS_MAX; i++) {
        struct scan_slot *s = &u->slots[i];
        if (s->state != SLOT_FREE && !s->stale && same(&s->ask, ask)) return s;
        bool usable = s->state == SLOT_FREE || s->state == SLOT_READY;
        if (usable && (!free_slot || (free_slot->state != SLOT_FREE && (s->state == SLOT_FREE || s->used < free_slot->used)))) free_slot = s;
    }
    if (!free_slot) return NULL;
    free(free_slot->json);
    free_slot->json = NULL;
    free_slot->ask = *ask;
    free_slot->state = SLOT_WAITING;
    free_slot->stale = false;
    free_slot->used = ++u->clock;
    atomic_store(&free_slot->progress, 0);
    wake(u);
    return free_slot;
}

enum scan_state uploads_scan(struct uploads *u, const struct scan_ask *ask, struct arena *a, struct text *ret, int *ret_progress)
{
    enum scan_state state = SCAN_RUNNING;
    pthread_mutex_lock(&u->lock);
    struct scan_slot *s = slot_for(u, ask);
    if (!s) {
        state = SCAN_BUSY;
    } else if (s->state == SLOT_READY) {
        state = SCAN_READY;
        *ret = s->json ? arena_text(a, text_from_cstr(s->json)) : TEXT_NONE;
        if (!s->json) s->state = SLOT_FREE; /* whoever asks again has it tried again */
        s->used = ++u->clock;
    } else {
        *ret_progress = atomic_load(&s->progress);
    }
    pthread_mutex_unlock(&u->lock);
    return state;
}

void uploads_forget(struct uploads *u)
{
    pthread_mutex_lock(&u->lock);
    for (int i = 0; i < SCANS_MAX; i++) {
        struct scan_slot *s = &u->slots[i];
        if (s->state == SLOT_SCANNING) s->stale = true;
        if (s->state != SLOT_READY) continue;
        free(s->json);
        s->json = NULL;
        s->state = SLOT_FREE;
    }
    pthread_mutex_unlock(&u->lock);
}

struct uploads *uploads_start(struct web *w, char *message, size_t message_size)
{
    struct uploads *u = memory_take(w->env, sizeof *u);
    enum db_error error;
    if (!u) {
        snprintf(message, message_size, "There is no memory left for uploads.");
        return NULL;
    }
    u->web = w;
    u->env = w->env;
    pthread_mutex_init(&u->lock, NULL);
    u->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (u->wake >= 0 && store_open(&u->reader, w->env, desk_path(w->options.desk), DB_READ, &error, message, message_size)) {
        u->runs = pthread_create(&u->thread, NULL, run, u) == 0;
        if (u->runs) return u;
        snprintf(message, message_size, "No thread can be started for uploads.");
        store_close(&u->reader);
    }
    close(u->wake);
    pthread_mutex_destroy(&u->lock);
    memory_give(w->env, u, sizeof *u);
    return NULL;
}

void uploads_stop(struct uploads *u)
{
    if (!u) return;
    pthread_mutex_lock(&u->lock);
    atomic_store(&u->stopping, true);
    wake(u);
    pthread_mutex_unlock(&u->lock);
    pthread_join(u->thread, NULL);
    for (int i = 0; i < SCANS_MAX; i++) free(u->slots[i].json);
    store_close(&u->reader);
    close(u->wake);
    pthread_mutex_destroy(&u->lock);
    memory_give(u->env, u, sizeof *u);
}
