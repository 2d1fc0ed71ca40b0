/* Files on their way in: streamed to the desk's directory as they arrive (upload_page.c), looked at by one thread in the background
 * (uploads.c), kept until imported or a day old. What a client names a file is only shown; on the disk it has a random name. */
#ifndef ZG_WEB_UPLOADS_H
#define ZG_WEB_UPLOADS_H
#include "base/text.h"
#include "store/upload_store.h"

#define UPLOAD_KEEP_MS INT64_C(86400000)

struct web;
struct call;
struct uploads;
/* NULL and the message when it cannot start. */
struct uploads *uploads_start(struct web *w, char *message, size_t message_size);
void uploads_stop(struct uploads *u);

/* How to look at a file. */
struct scan_ask { uint64_t replaced /* of the call */; int64_t upload_id; char store[64], profile[64], zone[48]; };
enum scan_state { SCAN_RUNNING, SCAN_READY, SCAN_BUSY /* too many are looked at already */ };
/* The scan of that file with those options, begun when it is asked for the first time. Ready: *ret is the answer's JSON, copied
 * into `a`; TEXT_NONE when the file could not be looked at. Running: *ret_progress is 0..1000. */
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
#include "desk/importer.h"
struct scan_view {
    struct importer *importer;            /* of the file */
    const struct intake_options *options;
    const struct intake_scan_result *scan;
};
/* One part of the file; NULL: no memory. Reads its first rows once more to tell their faults. */
json_t *scan_part_json(struct arena *a, const struct scan_view *v);
/* The answer of GET /stores/{store}/uploads/{id}: its parts (taken over), and beside the file's own fields those of the part that
 * speaks for it; without parts, why the file was refused. */
json_t *scan_json(const struct upload_row *upload, const struct profile_set *profiles, const struct intake_parts *found, json_t *parts);
#endif
