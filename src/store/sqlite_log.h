/* The writer's log in few writes; sqlite.c opens through it, nobody else includes it. */
#ifndef ZG_STORE_SQLITE_LOG_H
#define ZG_STORE_SQLITE_LOG_H
#include "base/env.h"

struct log_vfs;

/* A file system over that of env, for one connection that writes. NULL when memory ran out. */
struct log_vfs *log_vfs_open(const struct env *env);
const char *log_vfs_name(const struct log_vfs *v); /* for sqlite3_open_v2 */
void log_vfs_close(struct log_vfs *v);             /* after the connection */
uint64_t log_vfs_begins(const struct log_vfs *v);  /* how often the log has begun (again) from its start */
#endif
