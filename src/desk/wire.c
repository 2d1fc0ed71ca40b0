/* See wire.h. */
#include "desk/wire.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool wire_init(struct wire *w, const struct env *env, int fd)
{
    *w = (struct wire){ .env = env, .fd = fd };
    w->line = env->memory.take(env->memory.ctx, WIRE_LINE_MAX);
    return w->line != NULL;
}

void wire_release(struct wire *w)
{
    if (w->line) w->env->memory.give(w->env->memory.ctx, w->line, WIRE_LINE_MAX);
    if (w->fd >= 0) w->env->close(w->env->ctx, w->fd);
    *w = (struct wire){ .fd = -1 };
}

json_t *wire_get(struct wire *w)
{
    memmove(w->line, w->line + w->used, w->filled - w->used);
    w->filled -= w->used;
    w->used = 0;
    for (;;) {
        const char *end = memchr(w->line, '\n', w->filled);
        if (end) {
            const size_t n = (size_t)(end - w->line);
            w->used = n + 1;
            json_t *what = json_loadb(w->line, n, JSON_REJECT_DUPLICATES, NULL);
            if (what && !json_is_object(what)) {
                json_decref(what);
                return NULL;
            }
            return what;
        }
        if (w->filled == WIRE_LINE_MAX) return NULL;
        const ssize_t n = w->env->read(w->env->ctx, w->fd, w->line + w->filled, WIRE_LINE_MAX - w->filled);
        if (n <= 0) return NULL;
        w->filled += (size_t)n;
    }
}

bool wire_put(struct wire *w, json_t *what)
{
    char *text = what ? json_dumps(what, JSON_COMPACT) : NULL;
    json_decref(what);
    if (!text) return false;
    const size_t n = strlen(text);
    text[n] = '\n'; /* in the place of the NUL: the line is sent by its length */
    size_t at = 0;
    while (at < n + 1) {
        const ssize_t put = send(w->fd, text + at, n + 1 - at, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) break;
        at += (size_t)put;
    }
    free(text);
    return at == n + 1;
}

const char *wire_text_or_null(json_t *from, const char *key) { return json_string_value(json_object_get(from, key)); }

const char *wire_text(json_t *from, const char *key)
{
    const char *s = wire_text_or_null(from, key);
    return s ? s : "";
}

int64_t wire_i64(json_t *from, const char *key) { return json_integer_value(json_object_get(from, key)); }

/* ---- figures ---- */

static const struct { const char *key; size_t offset; } file_numbers[] = {
    { "as_of_ms", offsetof(struct import_file_figures, as_of_ms) }, { "rows", offsetof(struct import_file_figures, rows) },
    { "rows_done", offsetof(struct import_file_figures, rows_done) }, { "added", offsetof(struct import_file_figures, added) },
    { "updated", offsetof(struct import_file_figures, updated) }, { "unchanged", offsetof(struct import_file_figures, unchanged) },
    { "quarantined", offsetof(struct import_file_figures, quarantined) },
};
static const struct { const char *key; size_t offset; } figure_numbers[] = {
    { "import_id", offsetof(struct import_figures, import_id) }, { "rows_per_s", offsetof(struct import_figures, rows_per_s) },
    { "seconds_left", offsetof(struct import_figures, seconds_left) }, { "scan_bytes", offsetof(struct import_figures, scan_bytes) },
    { "scan_bytes_all", offsetof(struct import_figures, scan_bytes_all) },
};
#define COUNT_OF(a) (sizeof(a) / sizeof(a)[0])

static json_t *wire_of_left(const struct import_figures *f)
{
    json_t *left = json_array();
    for (int i = 0; i < f->left_count && i < DESK_LEFT_ASIDE_MAX; i++) {
        const struct import_left_aside *x = &f->left[i];
        json_array_append_new(left, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name", x->name, "member", x->member, "sheet", x->sheet,
                                              "code", x->code, "en", x->en, "zh", x->zh));
    }
    return left;
}

static void wire_to_left(json_t *from, struct import_figures *ret)
{
    json_t *left = json_object_get(from, "left"), *one;
    size_t i;
    ret->left_count = (int)wire_i64(from, "left_count");
    json_array_foreach(left, i, one) {
        if (i >= DESK_LEFT_ASIDE_MAX) break;
        struct import_left_aside *x = &ret->left[i];
        const struct { char *to; size_t size; const char *key; } texts[] = {
            { x->name, sizeof x->name, "name" }, { x->member, sizeof x->member, "member" }, { x->sheet, sizeof x->sheet, "sheet" },
            { x->code, sizeof x->code, "code" }, { x->en, sizeof x->en, "en" }, { x->zh, sizeof x->zh, "zh" },
        };
        for (size_t k = 0; k < COUNT_OF(texts); k++) text_copy(texts[k].to, texts[k].size, text_from_cstr(wire_text(one, texts[k].key)));
    }
    if (ret->left_count < (int)json_array_size(left)) ret->left_count = (int)json_array_size(left);
}

json_t *wire_of_figures(const struct import_figures *f)
{
    json_t *ret = json_object(), *files = json_array();
    for (size_t i = 0; i < COUNT_OF(figure_numbers); i++)
        json_object_set_new(ret, figure_numbers[i].key, json_integer(*(const int64_t *)(const void *)((const char *)f + figure_numbers[i].offset)));
    json_object_set_new(ret, "phase", json_integer(f->phase));
    json_object_set_new(ret, "scan_file", json_integer(f->scan_file));
    for (int i = 0; i < f->file_count; i++) {
        const struct import_file_figures *x = &f->files[i];
        json_t *file = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "name", x->name, "member", x->member, "sheet", x->sheet, "profile", x->profile,
                                 "encoding", x->encoding, "unknown_status", x->unknown_status, "asked_zone", x->asked_zone);
        for (size_t k = 0; k < COUNT_OF(file_numbers); k++)
            json_object_set_new(file, file_numbers[k].key, json_integer(*(const int64_t *)(const void *)((const char *)x + file_numbers[k].offset)));
        json_array_append_new(files, file);
    }
    json_object_set_new(ret, "files", files);
    json_object_set_new(ret, "left_count", json_integer(f->left_count));
    json_object_set_new(ret, "left", wire_of_left(f));
    return ret;
}

void wire_to_figures(json_t *from, struct import_figures *ret)
{
    *ret = (struct import_figures){ 0 };
    for (size_t i = 0; i < COUNT_OF(figure_numbers); i++)
        *(int64_t *)(void *)((char *)ret + figure_numbers[i].offset) = wire_i64(from, figure_numbers[i].key);
    ret->phase = (enum import_phase)wire_i64(from, "phase");
    ret->scan_file = (int)wire_i64(from, "scan_file");
    json_t *files = json_object_get(from, "files"), *file;
    size_t i;
    json_array_foreach(files, i, file) {
        if (i >= DESK_IMPORT_TABLES_MAX) break;
        struct import_file_figures *x = &ret->files[i];
        text_copy(x->name, sizeof x->name, text_from_cstr(wire_text(file, "name")));
        text_copy(x->member, sizeof x->member, text_from_cstr(wire_text(file, "member")));
        text_copy(x->sheet, sizeof x->sheet, text_from_cstr(wire_text(file, "sheet")));
        text_copy(x->profile, sizeof x->profile, text_from_cstr(wire_text(file, "profile")));
        text_copy(x->encoding, sizeof x->encoding, text_from_cstr(wire_text(file, "encoding")));
        text_copy(x->asked_zone, sizeof x->asked_zone, text_from_cstr(wire_text(file, "asked_zone")));
        text_copy(x->unknown_status, sizeof x->unknown_status, text_from_cstr(wire_text(file, "unknown_status")));
        for (size_t k = 0; k < COUNT_OF(file_numbers); k++)
            *(int64_t *)(void *)((char *)x + file_numbers[k].offset) = wire_i64(file, file_numbers[k].key);
        ret->file_count = (int)i + 1;
    }
    wire_to_left(from, ret);
}

/* ---- the end ---- */

static const char *const result_words[] = {
    [DESK_DONE] = "done", [DESK_REFUSED] = "refused", [DESK_FULL] = "full", [DESK_BUSY] = "busy", [DESK_FAILED] = "failed",
};

json_t *wire_of_end(enum desk_result r, const struct desk_message *m)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "result", result_words[r], "code", m->code, "en", m->en, "zh", m->zh);
}

enum desk_result wire_to_end(json_t *from, struct desk_message *m)
{
    const char *word = wire_text(from, "result");
    text_copy(m->code, sizeof m->code, text_from_cstr(wire_text(from, "code")));
    text_copy(m->en, sizeof m->en, text_from_cstr(wire_text(from, "en")));
    text_copy(m->zh, sizeof m->zh, text_from_cstr(wire_text(from, "zh")));
    for (size_t i = 0; i < COUNT_OF(result_words); i++)
        if (strcmp(word, result_words[i]) == 0) return (enum desk_result)i;
    return DESK_FAILED;
}
