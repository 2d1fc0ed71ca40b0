#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "cli/open.h"
#include "desk/files.h"
#include "desk/importer.h"
#include "store/inbox_store.h"

static const char *database(struct cli *c)
{
    const char *path = cli_db_path(c);

    if (!path)
        cli_fail(c, CLI_WRONG_USE, "db", "Say which database with --db FILE: there is no home directory to look in",
                 "请用 --db 文件 指明数据库：没有可供查找的主目录");
    return path;
}

static bool is_there(struct cli *c, const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        cli_fail(c, CLI_COULD_NOT, "no-database", "There is no database at %s; zhanggui init makes one", "%s 处没有数据库；用 zhanggui init 新建",
                 path);
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        cli_fail(c, CLI_COULD_NOT, "no-database", "%s is a directory, not a database", "%s 是目录，不是数据库", path);
        return false;
    }
    return true;
}

/* What the store says in English, in Chinese. */
static const char *why_zh(enum db_error error)
{
    switch (error) {
    case DB_ERROR_NEWER: return "它是由更新的掌柜写的，请先升级程序";
    case DB_ERROR_OLDER: return "它还是空的，或是旧版本的；请先用 zhanggui init 建店，或用 zhanggui serve 打开一次";
    case DB_ERROR_NOT_OURS: return "它不是掌柜的数据库";
    case DB_ERROR_CORRUPT: return "它已损坏或不是数据库，请恢复备份";
    case DB_ERROR_FULL: return "磁盘已满";
    case DB_ERROR_IO: return "磁盘读写失败";
    case DB_ERROR_BUSY: return "它正被别的程序占用";
    case DB_ERROR_MEMORY: return "内存不足";
    case DB_OK:
    case DB_ERROR_OPEN:
    case DB_ERROR_CONSTRAINT:
    case DB_ERROR_OTHER: break;
    }
    return "没有权限，或它不是数据库";
}

/* Whether a desk ever wrote there. A copy, which has no lock beside it, stays as it is. */
static bool is_desks(const char *path)
{
    char lock[FILE_PATH_MAX];
    int64_t bytes;

    return file_beside(path, ".lock", lock) && file_look(lock, &bytes) == FILE_PLAIN;
}

/* Events that a desk accepted and did not take in yet. If one runs it is about to; if it ended in the middle, opening for writing does. */
static void settle(struct cli *c, const char *path, struct store *reader)
{
    enum { TRIES = 10, TRY_MS = 20 };
    struct desk_message ignored;

    if (inbox_waiting(reader) <= 0 || !is_desks(path)) return;
    struct desk *d = desk_open(c->env, path, DESK_COMMAND, false, &ignored);
    if (d) desk_close(d);
    for (int i = 0; i < TRIES && inbox_waiting(reader) > 0; i++) nanosleep(&(struct timespec){ .tv_nsec = TRY_MS * 1000000L }, NULL);
}

bool open_reader(struct cli *c, struct store *ret)
{
    const char *path = database(c);
    enum db_error error;
    char message[512];

    if (!path || !is_there(c, path)) return false;
    if (store_open(ret, c->env, path, DB_READ, &error, message, sizeof message)) {
        settle(c, path, ret);
        return true;
    }
    cli_fail_text(c, CLI_COULD_NOT, "database", arena_printf(&c->arena, "%s cannot be opened: %s", path, message),
                  arena_printf(&c->arena, "%s 打不开：%s", path, why_zh(error)));
    return false;
}

enum cli_exit open_shop(struct cli *c, struct store *reader, struct shop *ret)
{
    const char *key = cli_value(c, "store");
    struct shop two[2];
    int n;

    if (key) {
        switch (shop_find(reader, text_from_cstr(key), ret)) {
        case SHOP_OK: return CLI_DONE;
        case SHOP_NONE:
            return cli_fail(c, CLI_COULD_NOT, "no-store", "There is no store \"%s\" in this database; zhanggui init makes one",
                            "这个数据库里没有店铺“%s”；用 zhanggui init 新建", key);
        case SHOP_EXISTS:
        case SHOP_FAILED: break;
        }
        return fail_store(c, reader);
    }
    n = shop_list(reader, two, 2);
    if (n < 0) return fail_store(c, reader);
    if (n == 0)
        return cli_fail(c, CLI_COULD_NOT, "no-store", "There is no store in this database yet; zhanggui init makes one",
                        "这个数据库里还没有店铺；用 zhanggui init 新建");
    if (n > 1)
        return cli_fail(c, CLI_WRONG_USE, "store", "There is more than one store: say which with --store KEY", "店铺不止一家：请用 --store 指明");
    *ret = two[0];
    return CLI_DONE;
}

bool note_taken(struct cli *c, const struct taken_ask *ask)
{
    const char *path = cli_db_path(c);
    struct desk_message m = { 0 };

    if (path && !is_desks(path)) return true;
    struct desk *d = open_desk(c, false);
    if (!d) return false;
    const enum desk_result r = desk_taken(d, ask, &m);
    desk_close(d);
    if (r != DESK_DONE) fail_desk(c, &m);
    return r == DESK_DONE;
}

void make_directories(const char *path)
{
    char part[4096];
    size_t len = strlen(path);

    if (len >= sizeof part) return;
    for (size_t i = 1; i < len; i++) {
        if (path[i] != '/') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) return;
    }
}

struct desk *open_desk(struct cli *c, bool create)
{
    const char *path = database(c);
    struct desk_message m = { 0 };
    struct desk *d;

    if (!path || (!create && !is_there(c, path))) return NULL;
    if (create) make_directories(path);
    d = desk_open(c->env, path, DESK_COMMAND, create, &m);
    if (!d) fail_desk(c, &m);
    return d;
}

void tell_walls(struct cli *c, const struct importer_walls *w)
{
    const struct text missing = importer_walls_text(&c->arena, w, c->zh);

    if (missing.len > 0) fprintf(c->err, "zhanggui: %.*s\n", (int)missing.len, missing.ptr);
}

void tell_walls_here(struct cli *c)
{
    const struct importer_walls w = importer_try(c->env);

    tell_walls(c, &w);
}

enum cli_exit fail_desk(struct cli *c, const struct desk_message *m)
{
    return cli_fail_text(c, CLI_COULD_NOT, m->code[0] ? m->code : "failed", text_from_cstr(m->en), text_from_cstr(m->zh));
}

enum cli_exit fail_store(struct cli *c, struct store *s)
{
    return cli_fail_text(c, CLI_COULD_NOT, "database", arena_printf(&c->arena, "The database could not be read: %s", db_error_message(s->db)),
                         arena_printf(&c->arena, "数据库无法读取：%s", why_zh(db_error(s->db))));
}
