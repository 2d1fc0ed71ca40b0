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

static struct intake_options options_of(const struct uploads *u, const struct shop *shop, const struct asked_file *ask,
                                        const struct profile_set *set)
{
    struct intake_options o = shop_intake_options(u->env, shop);
    const struct zone *asked = ask->zone[0] ? u->env->zone(u->env->ctx, ask->zone) : NULL;
    if (asked) o.zone = asked;
    o.zone_asked = asked != NULL;
    if (ask->profile[0]) o.profile = profile_set_find(set, text_from_cstr(ask->profile));
    o.encoding_asked = intake_encoding_find(text_from_cstr(ask->encoding), &o.encoding);
    return o;
}

static char *scan_file(struct uploads *u, struct scan_slot *slot, const struct upload_row *row, const struct shop *shop,
                       struct profile_set *set)
{
    struct arena a;
    char *json = NULL;
    void *progress[] = { slot, u };
    const struct intake_options options = options_of(u, shop, &slot->ask.files[0], set);
    struct look look;
    const struct look_ask ask = { .env = u->env, .path = row->path, .name = row->name, .spill_beside = desk_path(u->web->options.desk), .profiles = set,
                                  .options = &options, .progress = scan_progress, .progress_ctx = progress,
                                  .stop = is_stopping, .stop_ctx = u };
    arena_init(&a, &u->env->memory, SCAN_ARENA_BYTES_MAX);
    if (look_at_file(&a, &ask, &look)) {
        json_t *j = scan_json(&a, &(struct scan_view){ row, set, options.zone, &look });
        json = j ? json_dumps(j, JSON_COMPACT) : NULL;
        json_decref(j);
    }
    arena_release(&a);
    return json;
}

/* ---- what an import would do ---- */

static bool foresee_progress(void *ctx, const struct import_figures *f)
{
    struct scan_slot *slot = ((void **)ctx)[0];
    const struct uploads *u = ((void **)ctx)[1];
    int64_t done = 0, all = 0;
    for (int i = 0; i < f->file_count; i++) done += f->files[i].rows_done, all += f->files[i].rows;
    if (all > 0) atomic_store(&slot->progress, (int)(done * 1000 / all));
    return !atomic_load(&u->stopping);
}

static char *foresee(struct uploads *u, struct scan_slot *slot, const struct shop *shop)
{
    const struct scan_ask *asked = &slot->ask;
    struct arena a;
    struct desk_message message = { 0 };
    void *progress[] = { slot, u };
    char *json = NULL;
    arena_init(&a, &u->env->memory, 0);
    struct upload_row *rows = ARENA_ARRAY(&a, struct upload_row, (size_t)asked->count);
    const char **paths = ARENA_ARRAY(&a, const char *, (size_t)asked->count), **names = ARENA_ARRAY(&a, const char *, (size_t)asked->count);
    struct import_ask_file *each = ARENA_ARRAY(&a, struct import_ask_file, (size_t)asked->count);
    struct import_figures *figures = ARENA_NEW(&a, struct import_figures);
    bool ok = rows && paths && names && each && figures;
    for (int i = 0; ok && i < asked->count; i++) {
        ok = upload_find(&u->reader, shop, asked->files[i].upload_id, &rows[i]) == UPLOAD_FOUND;
        paths[i] = rows[i].path;
        names[i] = rows[i].name;
        each[i] = (struct import_ask_file){ asked->files[i].profile, asked->files[i].zone, asked->files[i].encoding };
    }
    if (ok) {
        const struct import_ask ask = { .store = text_from_cstr(shop->key), .paths = paths, .names = names, .count = asked->count, .each = each, .as_of_ms = INSTANT_NONE };
        const enum desk_result r = desk_import_rehearse(u->env, desk_path(u->web->options.desk), &ask, foresee_progress, progress, figures, &message);
        json_t *j = foreseen_json(asked, r == DESK_DONE ? figures : NULL, &message);
        json = j ? json_dumps(j, JSON_COMPACT) : NULL;
        json_decref(j);
    }
    arena_release(&a);
    return json;
}

static char *scan(struct uploads *u, struct scan_slot *slot)
{
    struct shop shop;
    struct upload_row row;
    struct desk_message message;
    if (shop_find(&u->reader, text_from_cstr(slot->ask.store), &shop) != SHOP_OK) return NULL;
    if (slot->ask.foresee) return foresee(u, slot, &shop);
    if (upload_find(&u->reader, &shop, slot->ask.files[0].upload_id, &row) != UPLOAD_FOUND) return NULL;
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

/* Looks are quick and first. */
static bool comes_before(const struct scan_slot *a, const struct scan_slot *b)
{
    return a->ask.foresee != b->ask.foresee ? b->ask.foresee : a->used < b->used;
}

static struct scan_slot *next_waiting(struct uploads *u)
{
    struct scan_slot *first = NULL;
    for (int i = 0; i < SCANS_MAX; i++)
        if (u->slots[i].state == SLOT_WAITING && (!first || comes_before(&u->slots[i], first))) first = &u->slots[i];
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

static bool same_file(const struct asked_file *a, const struct asked_file *b)
{
    return a->upload_id == b->upload_id && !strcmp(a->profile, b->profile) && !strcmp(a->zone, b->zone) && !strcmp(a->encoding, b->encoding);
}

static bool same(const struct scan_ask *a, const struct scan_ask *b)
{
    bool equal = a->replaced == b->replaced && !strcmp(a->store, b->store) && a->foresee == b->foresee && a->count == b->count;
    for (int i = 0; equal && i < a->count; i++) equal = same_file(&a->files[i], &b->files[i]);
    return equal;
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
        if (!s->json || s->ask.foresee) s->state = SLOT_FREE; /* whoever asks again has it tried again */
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
