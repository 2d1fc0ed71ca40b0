/* What is said when something could not be done, and what every command asks first: a reading store, the shop. */
#include <stdarg.h>
#include <stdio.h>
#include "desk/desk.h"

void message_set(struct desk_message *m, const char *code, const char *en, const char *zh, ...)
{
    va_list args, again;
    va_start(args, zh);
    va_copy(again, args);
    snprintf(m->code, sizeof m->code, "%s", code);
    vsnprintf(m->en, sizeof m->en, en, args);
    vsnprintf(m->zh, sizeof m->zh, zh, again);
    va_end(again);
    va_end(args);
    /* vsnprintf may have cut a character in two */
    text_mend_cut(m->en);
    text_mend_cut(m->zh);
}

enum desk_result message_of_writer(struct desk_message *m, enum writer_result r)
{
    switch (r) {
    case WRITER_DONE: return DESK_DONE;
    case WRITER_REFUSED: return DESK_REFUSED;
    case WRITER_FULL:
        message_set(m, "disk-full", "The disk is full: nothing was changed. Free some space and try again.",
                    "磁盘已满：没有任何改动。请腾出空间后重试。");
        return DESK_FULL;
    case WRITER_FAILED:
        message_set(m, "database", "The database could not be written; whether this change is in is not known until the next start.",
                    "数据库写入失败；此次改动是否已保存，需重新启动后才能确定。");
        return DESK_FAILED;
    case WRITER_STOPPED:
        message_set(m, "stopping", "The desk is stopping: nothing was changed.", "掌柜正在停止：没有任何改动。");
        return DESK_FAILED;
    }
    return DESK_FAILED;
}

void message_of_open(struct desk_message *m, const char *path, enum db_error error, const char *why)
{
    switch (error) {
    case DB_ERROR_NEWER:
        message_set(m, "newer", "%s was written by a newer Zhanggui; this one would damage it. Install the newer one.",
                    "%s 由更新版本的掌柜写成，本版本不能打开；请安装新版本。", path);
        return;
    case DB_ERROR_NOT_OURS:
        message_set(m, "not-ours", "%s is not a Zhanggui database; nothing was changed.", "%s 不是掌柜的数据库；没有任何改动。", path);
        return;
    case DB_ERROR_CORRUPT:
        message_set(m, "damaged", "%s is damaged (%s). Restore a backup: zhanggui restore.", "%s 已损坏（%s）。请用 zhanggui restore 恢复备份。", path, why);
        return;
    case DB_ERROR_FULL:
        message_set(m, "disk-full", "The disk is full: %s cannot be opened for writing.", "磁盘已满：无法打开 %s 进行写入。", path);
        return;
    case DB_OK: case DB_ERROR_OPEN: case DB_ERROR_OLDER: case DB_ERROR_IO: case DB_ERROR_BUSY: case DB_ERROR_MEMORY:
    case DB_ERROR_CONSTRAINT: case DB_ERROR_OTHER:
        message_set(m, "open", "%s cannot be opened: %s.", "无法打开 %s：%s。", path, why);
        return;
    }
}

bool desk_reader(const struct env *env, const char *path, struct store *ret, struct desk_message *m)
{
    enum db_error error = DB_OK;
    char why[256] = "";
    if (store_open(ret, env, path, DB_READ, &error, why, sizeof why)) return true;
    message_of_open(m, path, error, why);
    return false;
}

enum desk_result desk_shop(struct store *reader, struct text key, struct shop *ret, struct desk_message *m)
{
    switch (shop_find(reader, key, ret)) {
    case SHOP_OK: return DESK_DONE;
    case SHOP_NONE:
        message_set(m, "no-store", "There is no store \"%.*s\" here.", "这里没有店铺“%.*s”。", (int)(key.len < 64 ? key.len : 64), key.ptr);
        return DESK_REFUSED;
    case SHOP_EXISTS: case SHOP_FAILED: break;
    }
    message_set(m, "database", "The database could not be read: %s.", "数据库读取失败：%s。", db_error_message(reader->db));
    return DESK_FAILED;
}

bool shop_key_good(struct text key)
{
    if (key.len == 0 || key.len >= sizeof((struct shop){ 0 }.key)) return false;
    for (size_t i = 0; i < key.len; i++) {
        const char c = key.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')) return false;
    }
    return true;
}
