/* The audit's entry of what left the desk with persons in it (commands.h, desk_taken). */
#include "desk/desk.h"
#include "store/audit_store.h"

struct taken_call { const struct taken_ask *ask; enum shop_result shop_found; };

static const char *verb_of(enum taken what)
{
    switch (what) {
    case TAKEN_LIST: return "export";
    case TAKEN_ARCHIVE: return "archive-write";
    case TAKEN_PERSON: return "person-export";
    }
    return "export";
}

static bool taken_run(struct store *s, void *arg)
{
    struct taken_call *c = arg;
    struct shop shop;
    c->shop_found = shop_find(s, c->ask->store, &shop);
    if (c->shop_found != SHOP_OK) return false;
    const struct text subject = c->ask->what == TAKEN_PERSON ? TEXT("person") : c->ask->which;
    return audit_append(s, shop.merchant_id, &(struct audit_deed){ .user_id = c->ask->user_id, .verb = verb_of(c->ask->what), .subject = subject });
}

enum desk_result desk_taken(struct desk *d, const struct taken_ask *ask, struct desk_message *ret)
{
    if (!d->writer) return remote_taken(d, ask, ret);
    struct taken_call c = { .ask = ask };
    const enum writer_result r = writer_call(d->writer, taken_run, &c);
    if (r == WRITER_REFUSED && c.shop_found == SHOP_NONE) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    else if (r == WRITER_REFUSED) message_set(ret, "audit", "The audit could not be written, so nothing was given out.", "无法写入操作记录，因此没有给出任何内容。");
    return message_of_writer(ret, r);
}
