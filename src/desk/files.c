/* See files.h. */
#include "desk/files.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "intake/decode.h"

enum file_kind file_look(const char *path, int64_t *ret_bytes)
{
    struct stat st;
    *ret_bytes = 0;
    if (stat(path, &st) != 0) return errno == ENOENT || errno == ENOTDIR ? FILE_ABSENT : FILE_UNREADABLE;
    *ret_bytes = st.st_size;
    if (S_ISDIR(st.st_mode)) return FILE_DIRECTORY;
    if (!S_ISREG(st.st_mode)) return FILE_OTHER;
    return access(path, R_OK) == 0 ? FILE_PLAIN : FILE_UNREADABLE;
}

struct file_stamp file_stamp_of(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0) return (struct file_stamp){ .there = errno != ENOENT && errno != ENOTDIR };
    return (struct file_stamp){ .there = true, .plain = S_ISREG(st.st_mode), .bytes = st.st_size, .inode = st.st_ino,
                                .changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec };
}

bool directory_names(const char *path, bool (*name)(void *ctx, const char *name), void *ctx)
{
    DIR *d = opendir(path);
    if (!d) return false;
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        if (!name(ctx, e->d_name)) break;
    }
    closedir(d);
    return true;
}

int64_t file_bytes(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_size : -1;
}

bool file_is_private(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

bool file_beside(const char *path, const char *suffix, char ret[FILE_PATH_MAX])
{
    const int n = snprintf(ret, FILE_PATH_MAX, "%s%s", path, suffix);
    if (n >= 0 && n < FILE_PATH_MAX) return true;
    errno = ENAMETOOLONG;
    return false;
}

const char *file_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void file_shown_name(const char *path, char *ret, size_t size)
{
    struct text name = text_from_cstr(file_base_name(path));
    char wide[3 * FILE_PATH_MAX + 8];
    if (name.len > FILE_PATH_MAX) name.len = FILE_PATH_MAX;
    if (!utf8_check(name)) {
        const enum intake_encoding encoding = gb18030_check(name) ? ENCODING_GB18030 : ENCODING_UTF8;
        name = (struct text){ wide, decode_lossy(encoding, name, wide) };
    }
    name = text_clip_utf8(name, size - 1);
    if (name.len > 0) memcpy(ret, name.ptr, name.len);
    ret[name.len] = '\0';
}

/* The directory part of a path, "." when it has none. */
static bool directory_of(const char *path, char ret[PATH_MAX])
{
    const char *base = file_base_name(path);
    const size_t n = (size_t)(base - path);
    if (n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (n == 0) memcpy(ret, ".", 2);
    else {
        memcpy(ret, path, n);
        ret[n] = '\0';
    }
    return true;
}

static bool fits(const char *from, char ret[FILE_PATH_MAX])
{
    const size_t n = strlen(from);
    if (n >= FILE_PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(ret, from, n + 1);
    return true;
}

bool file_absolute(const char *path, char ret[FILE_PATH_MAX])
{
    char whole[PATH_MAX], directory[PATH_MAX], joined[PATH_MAX * 2];
    if (realpath(path, whole)) return fits(whole, ret);
    if (errno != ENOENT || !directory_of(path, directory) || !realpath(directory, whole)) return false;
    snprintf(joined, sizeof joined, "%s/%s", strcmp(whole, "/") == 0 ? "" : whole, file_base_name(path));
    return fits(joined, ret);
}

bool file_in_directory(const char *path, const char *directory)
{
    const size_t n = strlen(directory);
    return strncmp(path, directory, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/');
}

bool directory_make_private(const char *path) { return mkdir(path, 0700) == 0 || errno == EEXIST; }

bool directory_writable(const char *path) { return access(path, R_OK | W_OK | X_OK) == 0; }

static bool sync_path(const struct env *env, const char *path, int flags)
{
    const int fd = env->open(env->ctx, path, flags | O_CLOEXEC, 0);
    if (fd < 0) return false;
    const bool ok = env->fsync(env->ctx, fd) == 0;
    const int why = errno;
    env->close(env->ctx, fd);
    errno = why;
    return ok;
}

bool directory_sync_of(const struct env *env, const char *path)
{
    char directory[PATH_MAX];
    return directory_of(path, directory) && sync_path(env, directory, O_RDONLY | O_DIRECTORY);
}

bool file_sync(const struct env *env, const char *path) { return sync_path(env, path, O_RDONLY); }
bool file_rename(const char *from, const char *to) { return rename(from, to) == 0; }
bool file_remove(const char *path) { return unlink(path) == 0; }
