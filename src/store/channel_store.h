/* The ways out that a store has set up: what carries what, settings sealed by the desk (desk/keys.h), how the last send ended. No address of a
 * buyer, no message: those are the ledger's. */
#ifndef ZG_STORE_CHANNEL_STORE_H
#define ZG_STORE_CHANNEL_STORE_H
#include "core/contact/channel.h"
#include "store/store.h"

enum { CHANNEL_ROWS_MAX = 8, CHANNEL_SEALED_MAX = 20 * 1024, CHANNEL_LABEL_MAX = 320, CHANNEL_CODE_BYTES = 24 };
struct channel_row {
    int64_t channel_id;         /* of the merchant; a new one each time a channel is set up, never used again */
    int kind;                   /* enum channel_kind (channel/channel.h) */
    enum channel carries;
    char label[CHANNEL_LABEL_MAX]; /* where it goes, without a secret */
    int64_t made_at_ms, user_id;
    int64_t last_at_ms;         /* INSTANT_NONE: nothing was sent yet */
    int last_fate;              /* enum channel_fate; 0: nothing was sent yet */
    char last_code[CHANNEL_CODE_BYTES];
    int64_t last_sent_at_ms;    /* of the last one that was taken over; INSTANT_NONE: none was */
};
int channel_list(struct store *s, const struct shop *shop, struct channel_row ret[CHANNEL_ROWS_MAX]); /* by id; -1 on failure */
enum channel_put { CHANNEL_PUT, CHANNEL_PUT_TAKEN /* this store has a channel that carries the same, or a robot of this kind */, CHANNEL_PUT_TOO_MANY, CHANNEL_PUT_FAILED };
/* row: kind, carries, label, user_id; the rest is filled in. */
enum channel_put channel_add(struct store *s, const struct shop *shop, struct channel_row *row, struct text sealed);
/* Its sealed settings; at most CHANNEL_SEALED_MAX. False on a failure; *ret_len 0: there is no such channel. */
bool channel_sealed(struct store *s, const struct shop *shop, int64_t channel_id, unsigned char *ret, size_t *ret_len);
bool channel_remove(struct store *s, const struct shop *shop, int64_t channel_id, bool *ret_was_there);
/* How a send by it ended, now. Of a channel that is gone nothing is kept. */
bool channel_note(struct store *s, const struct shop *shop, int64_t channel_id, int fate, struct text code);
#endif
