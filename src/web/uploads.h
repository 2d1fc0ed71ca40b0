/* Files on their way in: streamed to the desk's directory as they arrive (upload_page.c), looked at by one thread in the background
 * (uploads.c), kept until imported or a day old. What a client names a file is only shown; on the disk it has a random name. */
#ifndef ZG_WEB_UPLOADS_H
#define ZG_WEB_UPLOADS_H
#include "base/text.h"
#include "desk/commands.h"
#include "store/upload_store.h"

#define UPLOAD_KEEP_MS INT64_C(86400000)

struct web;
struct call;
struct uploads;
/* NULL and the message when it cannot start. */
struct uploads *uploads_start(struct web *w, char *message, size_t message_size);
void uploads_stop(struct uploads *u);

/* How to look at a file, or, with `foresee`, at what an import of these files would do. */
struct asked_file { int64_t upload_id; char profile[64], zone[48], encoding[16]; };
struct scan_ask {
    uint64_t replaced;                  /* of the call */
    char store[64];
    bool foresee;
    int count;                          /* 1 of a look */
    struct asked_file files[DESK_IMPORT_FILES_MAX];
};
enum scan_state { SCAN_RUNNING, SCAN_READY, SCAN_BUSY /* too many are looked at already */ };
/* The scan of that file with those options, begun when it is asked for the first time. Ready: *ret is the answer's JSON, copied
 * into `a`; TEXT_NONE when the file could not be looked at. What is foreseen is told once: who asks again has it found out anew. Running: *ret_progress is 0..1000. */
enum scan_state uploads_scan(struct uploads *u, const struct scan_ask *ask, struct arena *a, struct text *ret, int *ret_progress);
/* The store's profiles changed: look again. */
void uploads_forget(struct uploads *u);

/* ---- upload_page.c ---- */
/* In begin: opens the file and sets the request's sink, or answers. */
void upload_begin(struct call *c);
/* In end: closes, and removes what was not completed. */
void upload_end(struct call *c);

/* ---- scan_json.c ---- */
#include <jansson.h>
#include "desk/look.h"
struct scan_view {
    const struct upload_row *upload;
    const struct profile_set *profiles;
    const struct zone *zone;
    const struct look *look;
};
/* The answer of GET /stores/{store}/uploads/{id}: its tables, and beside the file's own fields those of the table that speaks for it;
 * without tables, why the file was refused. NULL: no memory. */
json_t *scan_json(struct arena *a, const struct scan_view *v);
/* What an import of these files would report; figures NULL: why it cannot be told. */
json_t *foreseen_json(const struct scan_ask *ask, const struct import_figures *figures, const struct desk_message *message);
#endif
