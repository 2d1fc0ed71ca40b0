/* The page, built into the binary: tools/embed.c turns ui/dist into one C file of this table. */
#ifndef ZG_WEB_ASSETS_H
#define ZG_WEB_ASSETS_H
#include <stdbool.h>
#include <stddef.h>

struct asset {
    const char *path;            /* "/assets/index-3f9a.js" */
    const char *type;            /* of its content */
    const unsigned char *bytes;  /* as sent: gzip where that is shorter */
    size_t len, plain_len;       /* plain_len 0: the bytes are plain */
    const char *etag;            /* with its quotes: a hash of the plain content */
    bool hashed;                 /* its name changes with its content: may be kept for a year */
};
extern const struct asset assets[]; /* by path */
extern const int asset_count;

struct web;
struct call;
bool assets_start(struct web *w);
void assets_stop(struct web *w);
void assets_answer(struct call *c); /* the file of that path, else the page itself: its router knows its own addresses */
#endif
