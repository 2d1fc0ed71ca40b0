/* The few things the desk does with files besides reading and writing them. Each returns false with errno on a failure. */
#ifndef ZG_DESK_FILES_H
#define ZG_DESK_FILES_H
#include <stdbool.h>
#include <stddef.h>
#include "base/env.h"

#define FILE_PATH_MAX 1024

enum file_kind { FILE_ABSENT, FILE_PLAIN, FILE_DIRECTORY, FILE_OTHER, FILE_UNREADABLE };
enum file_kind file_look(const char *path, int64_t *ret_bytes);
int64_t file_bytes(int fd); /* -1: unknown */
/* The path without links and dots; the last part need not exist. */
bool file_absolute(const char *path, char ret[FILE_PATH_MAX]);
const char *file_base_name(const char *path);
/* The base name as people read it, in UTF-8: a name in GB18030 (unpacked from an archive made in China) is decoded, other
 * bad bytes are shown as U+FFFD. Clipped to size. */
void file_shown_name(const char *path, char *ret, size_t size);
bool file_in_directory(const char *path, const char *directory);
bool directory_make_private(const char *path);             /* 0700; one that is there already is fine */
bool directory_sync_of(const struct env *env, const char *path); /* after a rename: the directory that holds path */
bool file_sync(const struct env *env, const char *path);
bool file_rename(const char *from, const char *to);
bool file_remove(const char *path);
#endif
