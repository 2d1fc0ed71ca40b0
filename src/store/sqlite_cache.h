/* The engine's page cache without its walks at commits; sqlite.c sets it up, nobody else includes it. */
#ifndef ZG_STORE_SQLITE_CACHE_H
#define ZG_STORE_SQLITE_CACHE_H
#include <sqlite3.h>

/* Before the engine is first used; once it is, nothing changes and the engine's own cache serves. By one thread alone. */
void sqlite_cache_install(void);
/* Methods that hand on to those of inner, which live as long as the engine does. */
sqlite3_pcache_methods2 sqlite_cache_over(const sqlite3_pcache_methods2 *inner);
#endif
