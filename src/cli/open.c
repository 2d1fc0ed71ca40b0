#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/open.h"

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

bool open_reader(struct cli *c, struct store *ret)
{
    const char *path = database(c);
    enum db_error error;
    char message[512];

    if (!path || !is_there(c, path)) return false;
    if (store_open(ret, c->env, path, DB_READ, &error, message, sizeof message)) return true;
    cli_fail(c, CLI_COULD_NOT, "database", "%s cannot be opened: %s", "%s 打不开：%s", path, message);
    return false;
}

bool open_shop(struct cli *c, struct store *reader, struct shop *ret)
{
    const char *key = cli_value(c, "store");
    struct shop two[2];
    int n;

    if (key) {
        switch (shop_find(reader, text_from_cstr(key), ret)) {
        case SHOP_OK: return true;
        case SHOP_NONE:
            cli_fail(c, CLI_COULD_NOT, "no-store", "There is no store \"%s\" in this database; zhanggui init makes one",
                     "这个数据库里没有店铺“%s”；用 zhanggui init 新建", key);
            return false;
        case SHOP_EXISTS:
        case SHOP_FAILED: break;
        }
        fail_store(c, reader);
        return false;
    }
    n = shop_list(reader, two, 2);
    if (n == 1) *ret = two[0];
    else if (n < 0) fail_store(c, reader);
    else if (n == 0)
        cli_fail(c, CLI_COULD_NOT, "no-store", "There is no store in this database yet; zhanggui init makes one",
                 "这个数据库里还没有店铺；用 zhanggui init 新建");
    else
        cli_fail(c, CLI_WRONG_USE, "store", "There is more than one store: say which with --store KEY", "店铺不止一家：请用 --store 指明");
    return n == 1;
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

enum cli_exit fail_desk(struct cli *c, const struct desk_message *m)
{
    return cli_fail_text(c, CLI_COULD_NOT, m->code[0] ? m->code : "failed", text_from_cstr(m->en), text_from_cstr(m->zh));
}

enum cli_exit fail_store(struct cli *c, struct store *s)
{
    const char *why = db_error_message(s->db);
    return cli_fail(c, CLI_COULD_NOT, "database", "The database could not be read: %s", "数据库无法读取：%s", why);
}
