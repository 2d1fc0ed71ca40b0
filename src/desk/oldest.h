/* The oldest files of a directory, in the order in which they are to be taken: as many as fit, however many there are. A folder may hold more than anybody keeps
 * in memory; whoever takes what is here and asks again comes to all of them. */
#ifndef ZG_DESK_OLDEST_H
#define ZG_DESK_OLDEST_H
#include <stdbool.h>
#include <stdint.h>

enum { OLDEST_MAX = 256, OLDEST_NAME_BYTES = 256 };
struct oldest_file { char name[OLDEST_NAME_BYTES]; int64_t changed_ns; };
struct oldest { struct oldest_file files[OLDEST_MAX]; int count; bool more /* there are others */; };

/* Plain files with bytes in them whose names `wanted` takes, by the time of their last change, then by name. Links, folders, devices and empty files take no room
 * here. False: the directory cannot be read; *ret is empty then. */
bool oldest_files(const char *directory, bool (*wanted)(const char *name), struct oldest *ret);
#endif
