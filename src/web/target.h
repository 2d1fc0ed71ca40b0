/* The request target and the cookie header, decoded strictly: what is not clearly well-formed is refused, so that no two
 * readers of one request can disagree. Pure; the fuzz target test/fuzz/http_fuzz.c feeds it anything. */
#ifndef ZG_WEB_TARGET_H
#define ZG_WEB_TARGET_H
#include "base/arena.h"
#include "base/text.h"

enum { TARGET_SEGMENTS_MAX = 8, TARGET_ARGS_MAX = 16 };

struct target_arg { struct text name, value; };
struct target {
    struct text segments[TARGET_SEGMENTS_MAX]; /* "/api/v1/stores" -> "api", "v1", "stores"; "/" -> none */
    int segment_count;
    struct target_arg args[TARGET_ARGS_MAX];
    int arg_count;
};

/* Origin form only ("/path?name=value&.."). Refused: escapes that are not two hex digits, bytes that are not UTF-8 after
 * decoding, control characters, empty, "." and ".." segments (a slash at the very end is let go), a name twice, more parts than
 * the limits, a fragment. '+' in a query is a space. Texts live in `a`; false also when memory ran out. */
bool target_parse(struct arena *a, struct text raw, struct target *ret);
/* TEXT_NONE when it is not there; an empty value has ptr set. */
struct text target_arg(const struct target *t, const char *name);

/* The value of a cookie; TEXT_NONE when it is absent or there twice (somebody else planted one). */
struct text cookie_find(struct text header, const char *name);

/* Brackets nested at most `max` deep outside strings; says nothing else about the JSON. */
bool json_depth_ok(struct text json, int max);
/* "%E8%AE%A2.csv" as in X-File-Name: decoded, UTF-8, no control characters, at most `max` bytes; false when it is not. */
bool percent_decode(struct arena *a, struct text s, size_t max, struct text *ret);
#endif
