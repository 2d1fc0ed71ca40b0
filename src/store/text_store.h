/* A shop's own texts, and what it tells about itself once (core/contact/texts.h). */
#ifndef ZG_STORE_TEXT_STORE_H
#define ZG_STORE_TEXT_STORE_H
#include "core/contact/texts.h"
#include "store/store.h"

enum { OWN_TEXTS_MAX = 200 };
/* The wordings built in, with the shop's own in the place of those whose code they bear and the others after them; the shop's words; the
 * lint.  All in the arena.  Those that are off are there, too. */
bool text_set_load(struct store *s, const struct shop *shop, struct arena *a, struct wording_set *ret);
/* What links of this shop's texts may lead to, and whether the shop is on a platform at all. */
struct wording_ground text_ground(const struct shop *shop, const struct wording_set *set);

enum text_put_result { TEXT_PUT_OK, TEXT_PUT_REFUSED, TEXT_PUT_FAILED };
/* Keeps a text in the place of the one with its code; an empty code is given the next free one.  Refused with the reason: it is not sound, there are too many. */
enum text_put_result text_put(struct store *s, const struct shop *shop, const struct wording *w, int64_t user_id, struct arena *a, struct reason *ret);
/* Forgets the shop's own text of that code: the one built in speaks again, where there is one. */
bool text_forget(struct store *s, const struct shop *shop, struct text code, int64_t user_id, bool *ret_found);
/* Sets words; an empty value forgets one.  All or none. */
enum text_put_result shop_words_put(struct store *s, const struct shop *shop, const struct shop_word *words, int n, int64_t user_id, struct reason *ret);

/* The line of an order that its title is of (as query_lines_row): what was ordered, and how many pieces of it were paid for by orders placed
 * on the local days [from_day, to_day]. */
struct text_line { bool found; struct text product_no, sku_code; int64_t sold_pieces; };
bool query_text_line(struct store *s, const struct shop *shop, struct arena *a, int64_t order_id, int64_t from_day, int64_t to_day, struct text_line *ret);
#endif
