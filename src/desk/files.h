/* The few things the desk does with files besides reading and writing them. Each returns false with errno on a failure. */
#ifndef ZG_DESK_FILES_H
#define ZG_DESK_FILES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/env.h"

#define FILE_PATH_MAX 1024

enum file_kind { FILE_ABSENT, FILE_PLAIN, FILE_DIRECTORY, FILE_OTHER, FILE_UNREADABLE };
enum file_kind file_look(const char *path, int64_t *ret_bytes);
/* What a name stands for, links not followed. plain: a file with bytes of its own; others are not read. */
struct file_stamp { bool there, plain; int64_t bytes, changed_ns; uint64_t inode; };
struct file_stamp file_stamp_of(const char *path);
/* Each name in a directory but "." and "..", until `name` returns false. False: it cannot be read. */
bool directory_names(const char *path, bool (*name)(void *ctx, const char *name), void *ctx);
int64_t file_bytes(int fd); /* -1: unknown */
bool file_is_private(int fd);  /* a plain file that nobody but its owner may read or write */
/* The path without links and dots; the last part need not exist. */
bool file_absolute(const char *path, char ret[FILE_PATH_MAX]);
/* A path with a suffix, as F.lock beside F; false: too long. */
bool file_beside(const char *path, const char *suffix, char ret[FILE_PATH_MAX]);
const char *file_base_name(const char *path);
/* The base name as people read it, in UTF-8: a name in GB18030 (unpacked from an archive made in China) is decoded, other
 * bad bytes are shown as U+FFFD. Clipped to size. */
void file_shown_name(const char *path, char *ret, size_t size);
bool file_in_directory(const char *path, const char *directory);
bool directory_make_private(const char *path);             /* 0700; one that is there already is fine */
bool directory_writable(const char *path);                 /* by this process: files can be put in and taken out */
bool directory_sync_of(const struct env *env, const char *path); /* after a rename: the directory that holds path */
bool file_sync(const struct env *env, const char *path);
bool file_rename(const char *from, const char *to);
bool file_remove(const char *path);
#endif
