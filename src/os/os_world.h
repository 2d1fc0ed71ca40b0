/* What the files of os/ share: the state behind env.ctx. */
#ifndef ZG_OS_WORLD_H
#define ZG_OS_WORLD_H
#include <pthread.h>
#include "base/env.h"
#include "base/instant.h"

struct loaded_zone {
    struct zone zone; /* first: the pointer given out is this one */
    struct loaded_zone *next;
    int64_t *at_ms;
    int32_t *offset_s;
};
struct os_world {
    pthread_mutex_t zones_lock;
    struct loaded_zone *zones;
};

/* zone.c */
const struct zone *os_zone(void *ctx, const char *iana_name);
int os_country_zones(void *ctx, const char *country, const struct zone **ret, int max);
void os_zones_free(struct os_world *w);

/* net.c */
int os_listen_tcp(void *ctx, const char *address, uint16_t port, int backlog);
int os_listen_unix(void *ctx, const char *path, int backlog);
int os_connect_unix(void *ctx, const char *path);
#endif
