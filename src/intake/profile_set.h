/* The set of profiles that a file is held against. */
#ifndef ZG_INTAKE_PROFILE_SET_H
#define ZG_INTAKE_PROFILE_SET_H
#include "intake/profile.h"

enum { PROFILE_SET_MAX = 512 };
struct profile_set {
    const struct arena_source *memory;
    struct arena arena;
    struct profile *profiles[PROFILE_SET_MAX];
    int count;
};
#endif
