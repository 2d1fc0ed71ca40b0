/* See texts.h. */
#include "desk/texts.h"
#include <assert.h>
#include <stdio.h>
#include "desk/desk.h"

struct change_call {
    const struct text_change *ask;
    enum shop_result found;
    bool there;
    struct desk_message *message;
};

static void refused(struct change_call *c, const struct reason *why)
{
    snprintf(c->message->code, sizeof c->message->code, "text-%s", why->rule);
    text_copy(c->message->en, sizeof c->message->en, why->en);
    text_copy(c->message->zh, sizeof c->message->zh, why->zh);
}

static bool change(struct store *s, struct change_call *c, const struct shop *shop, struct arena *a)
{
    const struct text_change *q = c->ask;
    struct reason why = { NULL };
    enum text_put_result r = TEXT_PUT_FAILED;
    switch (q->verb) {
    case TEXT_KEEP: r = text_put(s, shop, &q->wording, q->user_id, a, &why); break;
    case TEXT_WORDS: r = shop_words_put(s, shop, q->words, q->word_count, q->user_id, &why); break;
    case TEXT_FORGET:
        if (!text_forget(s, shop, q->wording.code, q->user_id, &c->there)) break;
        why = (struct reason){ "none", TEXT("There is no text of the shop's own with this code."), TEXT("没有这个编号的自有话术。") };
        r = c->there ? TEXT_PUT_OK : TEXT_PUT_REFUSED;
        break;
    }
    if (r == TEXT_PUT_REFUSED) refused(c, &why);
    return r == TEXT_PUT_OK;
}

static bool change_run(struct store *s, void *arg)
{
    struct change_call *c = arg;
    struct shop shop;
    struct arena a;
    c->found = shop_find(s, c->ask->store, &shop);
    if (c->found != SHOP_OK) return false;
    arena_init(&a, &s->env->memory, 0);
    const bool ok = change(s, c, &shop, &a);
    arena_release(&a);
    return ok;
}

enum desk_result desk_text_change(struct desk *d, const struct text_change *ask, struct desk_message *ret)
{
    struct change_call c = { .ask = ask, .message = ret };
    assert(d->writer != NULL);
    const enum writer_result r = writer_call(d->writer, change_run, &c);
    if (r == WRITER_REFUSED && c.found == SHOP_NONE) message_set(ret, "no-store", "There is no such store here.", "这里没有这家店铺。");
    return message_of_writer(ret, r);
}
