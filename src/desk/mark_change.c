/* Commands that mark what a person did about a reminder. */
#include <assert.h>
#include "desk/desk.h"
#include "store/mark_store.h"

struct mark_call {
    struct desk *desk;
    struct arena arena;
    struct mark_ask ask;
    struct desk_message message;
    desk_done *done;
    void *ctx;
};

static bool mark_run(struct store *s, void *arg)
{
    struct mark_call *c = arg;
    struct shop shop;
    if (desk_shop(s, c->ask.store, &shop, &c->message) != DESK_DONE) return false;
    const struct mark_new m = { c->ask.order_no, c->ask.wave, c->ask.outcome, c->ask.reason, c->ask.user_id, c->ask.text_key };
    const enum mark_result result = mark_set(s, &shop, &m);
    if (result == MARK_NO_ORDER) message_set(&c->message, "no-order", "There is no such order in this store.", "这家店铺没有这个订单。");
    return result == MARK_OK;
}

static void mark_done(void *arg, enum writer_result r)
{
    struct mark_call *c = arg;
    const enum desk_result result = message_of_writer(&c->message, r);
    c->done(c->ctx, result, &c->message);
    const struct env *env = c->desk->env;
    arena_release(&c->arena);
    env->memory.give(env->memory.ctx, c, sizeof *c);
}

/* "remind-chat.zh@1f2e3d4c", as text_key_of makes them: nothing a person writes. */
static bool text_key_good(struct text key)
{
    if (key.len > TEXT_KEY_MAX) return false;
    for (size_t i = 0; i < key.len; i++) {
        const char c = key.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.' && c != '@') return false;
    }
    return true;
}

static bool mark_is_good(const struct mark_ask *a, struct desk_message *m)
{
    if (a->wave != 1 && a->wave != 2)
        message_set(m, "wave", "There are two waves of reminders, 1 and 2.", "催付只有第 1 和第 2 波。");
    else if (a->outcome == MARK_SKIPPED && text_trim(a->reason).len == 0)
        message_set(m, "reason-needed", "Say why this reminder is skipped.", "请说明为何跳过此次催付。");
    else if (a->reason.len > 1000 || !text_utf8_valid(a->reason))
        message_set(m, "reason", "The reason is at most 1,000 bytes of UTF-8.", "原因最多 1000 字节，须为 UTF-8。");
    else if (!text_key_good(a->text_key))
        message_set(m, "text", "This is not the key of a text.", "这不是话术的标识。");
    else
        return true;
    return false;
}

void desk_mark_post(struct desk *d, const struct mark_ask *ask, desk_done *done, void *ctx)
{
    assert(d->writer);
    struct desk_message m = { 0 };
    if (!mark_is_good(ask, &m)) {
        done(ctx, DESK_REFUSED, &m);
        return;
    }
    struct mark_call *c = d->env->memory.take(d->env->memory.ctx, sizeof *c);
    if (c) {
        *c = (struct mark_call){ .desk = d, .ask = *ask, .done = done, .ctx = ctx };
        arena_init(&c->arena, &d->env->memory, 0);
        c->ask.store = arena_text(&c->arena, ask->store);
        c->ask.order_no = arena_text(&c->arena, ask->order_no);
        c->ask.reason = arena_text(&c->arena, ask->reason);
        c->ask.text_key = arena_text(&c->arena, ask->text_key);
        if (!c->arena.failed && writer_post(d->writer, &(struct writer_request){ mark_run, mark_done, c })) return;
        arena_release(&c->arena);
        d->env->memory.give(d->env->memory.ctx, c, sizeof *c);
    }
    message_set(&m, "busy", "Too much waits to be written: try again in a moment.", "待写入的内容太多：请稍后再试。");
    done(ctx, DESK_BUSY, &m);
}

enum desk_result desk_mark(struct desk *d, const struct mark_ask *ask, struct desk_message *ret)
{
    if (!d->writer) return remote_mark(d, ask, ret);
    if (!mark_is_good(ask, ret)) return DESK_REFUSED;
    struct mark_call c = { .desk = d, .ask = *ask };
    const enum desk_result result = message_of_writer(&c.message, writer_call(d->writer, mark_run, &c));
    *ret = c.message;
    return result;
}
