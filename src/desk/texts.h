/* Changing a shop's texts and words: checked and written by the writer. Wait for the writer, as the commands of desk/commands.h. */
#ifndef ZG_DESK_TEXTS_H
#define ZG_DESK_TEXTS_H
#include "desk/commands.h"
#include "store/text_store.h"

enum text_verb { TEXT_KEEP /* wording; an empty code: a new one */, TEXT_FORGET /* wording.code */, TEXT_WORDS };
struct text_change {
    struct text store;
    enum text_verb verb;
    struct wording wording;
    const struct shop_word *words; int word_count;
    int64_t user_id;
};
/* DESK_REFUSED: the message says why. Only in the process that owns the writer. */
enum desk_result desk_text_change(struct desk *d, const struct text_change *ask, struct desk_message *ret);
#endif
