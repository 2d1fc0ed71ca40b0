/* The built-in profiles, embedded from profiles/ *.json by the build, and those that users made. */
#include "intake/profile_set.h"
#include <stdio.h>
#include "embedded_profiles.h"

static bool add(struct profile_set *s, struct text json, char *ret_error, size_t error_size)
{
    if (s->count == PROFILE_SET_MAX) {
        snprintf(ret_error, error_size, "there are %d profiles already", PROFILE_SET_MAX);
        return false;
    }
    struct profile *p = ARENA_NEW(&s->arena, struct profile);
    if (!p) {
        snprintf(ret_error, error_size, "memory ran out");
        return false;
    }
    if (!profile_parse(&s->arena, json, p, ret_error, error_size)) return false;
    if (profile_set_find(s, p->name)) {
        snprintf(ret_error, error_size, "the name is taken: %.*s", (int)p->name.len, p->name.ptr);
        return false;
    }
    s->profiles[s->count++] = p;
    return true;
}

struct profile_set *profile_set_create(const struct arena_source *memory, char *ret_error, size_t error_size)
{
    struct profile_set *s = memory->take(memory->ctx, sizeof *s);
    if (!s) {
        snprintf(ret_error, error_size, "memory ran out");
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->memory = memory;
    arena_init(&s->arena, memory, 0);
    for (int i = SUBJECT_ORDERS + 1; i < SUBJECT_COUNT; i++) { /* first: among profiles that fit as well, a later one wins */
        if (!add(s, profile_generic(&s->arena, (enum subject)i), ret_error, error_size)) {
            profile_set_free(s);
            return NULL;
        }
        s->profiles[s->count - 1]->generic = true;
    }
    for (size_t i = 0; i < sizeof embedded_profiles / sizeof embedded_profiles[0]; i++) {
        if (add(s, (struct text){ embedded_profiles[i].ptr, embedded_profiles[i].len }, ret_error, error_size)) continue;
        profile_set_free(s);
        return NULL;
    }
    return s;
}

void profile_set_free(struct profile_set *s)
{
    if (!s) return;
    arena_release(&s->arena);
    s->memory->give(s->memory->ctx, s, sizeof *s);
}

bool profile_set_add(struct profile_set *s, struct text json, char *ret_error, size_t error_size)
{
    s->arena.failed = false; /* an earlier refusal says nothing about this one */
    return add(s, json, ret_error, error_size);
}

const struct profile *profile_set_find(const struct profile_set *s, struct text name)
{
    for (int i = 0; i < s->count; i++)
        if (text_eq(s->profiles[i]->name, name)) return s->profiles[i];
    return NULL;
}

int profile_count(const struct profile_set *s) { return s->count; }
const struct profile *profile_at(const struct profile_set *s, int i) { return s->profiles[i]; }
struct text profile_name(const struct profile *p) { return p->name; }
struct text profile_title(const struct profile *p, bool zh) { return zh ? p->zh : p->en; }
enum subject profile_subject(const struct profile *p) { return p->subject; }
struct text profile_json(const struct profile *p) { return p->json; }
struct text profile_zone(const struct profile *p) { return p->zone; }
bool profile_asks_zone(const struct profile *p) { return p->rules.ask_zone; }
