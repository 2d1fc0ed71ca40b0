/* One import as an object: made from the ask, freed, and what is told of it while it runs. Nothing here does any of its work. */
#include <stdio.h>
#include "desk/import_run.h"

/* ---- figures ---- */

int64_t run_now_us(const struct import_run *run) { return run->desk->env->monotonic_us(run->desk->env->ctx); }

static void figures_of_row(struct import_file_figures *f, const struct import_file_row *r)
{
    *f = (struct import_file_figures){ .as_of_ms = r->as_of_ms, .rows = r->rows_total, .rows_done = r->rows_done, .added = r->added,
                                       .updated = r->updated, .unchanged = r->unchanged, .quarantined = r->quarantined };
    text_copy(f->name, sizeof f->name, text_from_cstr(r->name));
    text_copy(f->profile, sizeof f->profile, text_from_cstr(r->profile));
    text_copy(f->encoding, sizeof f->encoding, text_from_cstr(r->encoding));
    text_copy(f->member, sizeof f->member, text_from_cstr(r->member));
    text_copy(f->sheet, sizeof f->sheet, text_from_cstr(r->sheet));
}

static void unknown_words(struct import_file_figures *f, const struct intake_scan_result *scan)
{
    size_t at = 0;
    for (int i = 0; i < scan->unknown_status_count; i++) {
        const struct text word = scan->unknown_status[i];
        if (at + word.len + 3 > sizeof f->unknown_status) break;
        at += (size_t)snprintf(f->unknown_status + at, sizeof f->unknown_status - at, "%s%.*s", i ? ", " : "", (int)word.len, word.ptr);
    }
}

void run_publish(struct import_run *run, enum import_phase phase, const struct import_file_row *rows)
{
    int64_t done = 0, all = 0;
    pthread_mutex_lock(&run->lock);
    struct import_figures *f = &run->figures;
    f->import_id = run->import_id;
    f->phase = phase;
    f->file_count = run->file_count;
    f->left_count = run->left_count;
    for (int i = 0; i < run->left_count && i < DESK_LEFT_ASIDE_MAX; i++) f->left[i] = *run->left[i];
    for (int i = 0; i < run->file_count; i++) {
        figures_of_row(&f->files[i], &rows[i]);
        f->files[i].asked = run->files[i]->asked;
        unknown_words(&f->files[i], &run->files[i]->scan);
        if (run->files[i]->scan.asks_zone) text_copy(f->files[i].asked_zone, sizeof f->files[i].asked_zone, text_from_cstr(rows[i].zone));
        done += rows[i].rows_done;
        all += rows[i].rows_total;
    }
    const int64_t took_us = run_now_us(run) - run->began_us, fresh = done - run->rows_before;
    if (took_us > 0 && fresh > 0) {
        f->rows_per_s = (int64_t)((double)fresh * 1e6 / (double)took_us);
        f->seconds_left = f->rows_per_s > 0 ? (all - done + f->rows_per_s - 1) / f->rows_per_s : -1;
    }
    run->version++;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
}

void run_watched(struct import_run *run)
{
    if (run->watch && !run->watch(run->watch_ctx, &run->figures)) atomic_store(&run->stop, true);
}

/* ---- making a run ---- */

static const char *copy_or_null(struct arena *a, const char *s) { return s ? arena_text(a, text_from_cstr(s)).ptr : NULL; }

static const struct import_ask_file *each_copy(struct arena *a, const struct import_ask *ask)
{
    struct import_ask_file *each = ask->each ? ARENA_ARRAY(a, struct import_ask_file, (size_t)ask->count) : NULL;
    for (int i = 0; each && i < ask->count; i++)
        each[i] = (struct import_ask_file){ copy_or_null(a, ask->each[i].profile), copy_or_null(a, ask->each[i].zone), copy_or_null(a, ask->each[i].encoding) };
    return each;
}

/* A copy of what was asked, with whole paths; false when memory ran out. */
static bool ask_copy(struct import_run *run, const struct import_ask *ask)
{
    struct arena *a = &run->arena;
    const char **paths = ARENA_ARRAY(a, const char *, (size_t)ask->count), **names = ARENA_ARRAY(a, const char *, (size_t)ask->count);
    if (!paths || !names) return false;
    for (int i = 0; i < ask->count; i++) {
        char whole[FILE_PATH_MAX], shown[sizeof ((struct import_file_row *)0)->name];
        file_shown_name(ask->names ? ask->names[i] : ask->paths[i], shown, sizeof shown);
        paths[i] = arena_text(a, text_from_cstr(file_absolute(ask->paths[i], whole) ? whole : ask->paths[i])).ptr;
        names[i] = arena_text(a, text_from_cstr(shown)).ptr;
    }
    run->ask = *ask;
    run->ask.paths = paths;
    run->ask.names = names;
    run->ask.store = arena_text(a, ask->store);
    if (ask->profile) run->ask.profile = arena_text(a, text_from_cstr(ask->profile)).ptr;
    if (ask->zone) run->ask.zone = arena_text(a, text_from_cstr(ask->zone)).ptr;
    run->ask.each = each_copy(a, ask);
    if (ask->encoding) run->ask.encoding = arena_text(a, text_from_cstr(ask->encoding)).ptr;
    return !a->failed;
}

void run_free(struct import_run *run)
{
    const struct env *env = run->desk->env;
    if (run->profiles) profile_set_free(run->profiles);
    arena_release(&run->arena);
    pthread_cond_destroy(&run->changed);
    pthread_mutex_destroy(&run->lock);
    env->memory.give(env->memory.ctx, run, sizeof *run);
}

struct import_run *run_new(struct desk *d, enum run_kind kind, const struct import_ask *ask)
{
    const struct env *env = d->env;
    struct import_run *run = env->memory.take(env->memory.ctx, sizeof *run);
    if (!run) return NULL;
    memset(run, 0, sizeof *run);
    run->desk = d;
    run->kind = kind;
    run->holders = 1;
    run->figures.seconds_left = run->figures.rows_per_s = -1;
    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->changed, NULL);
    arena_init(&run->arena, &env->memory, 0);
    if (!ask || ask_copy(run, ask)) return run;
    run_free(run);
    return NULL;
}
