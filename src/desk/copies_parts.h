/* What copies.c and restore.c share; nobody else includes it. */
#ifndef ZG_DESK_COPIES_PARTS_H
#define ZG_DESK_COPIES_PARTS_H
#include "desk/desk.h"

struct restore_paths { char part[FILE_PATH_MAX], aside[FILE_PATH_MAX], aside_part[FILE_PATH_MAX], erased[FILE_PATH_MAX] /* F.erased */; };
bool restore_paths(const char *path, struct restore_paths *ret);
/* The copy of our own, whole, checked and on the disk as paths->part. page_bytes: of the database whose place it takes while that is open, else 0. */
enum desk_result restore_prepare(const struct env *env, const struct restore_paths *paths, const char *from, int64_t page_bytes, struct desk_message *m);
/* A database that is not in use, with what the engine leaves beside it. */
void database_remove(const char *path);
bool disk_full(int why);
/* Sets the message; full: there was no room, DESK_FULL, else DESK_FAILED. */
enum desk_result copy_failed(struct desk_message *m, const char *to, bool full, const char *why);
#endif
