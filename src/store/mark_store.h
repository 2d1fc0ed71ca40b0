/* What people did about a reminder: done, not reached, or skipped with a reason. */
#ifndef ZG_STORE_MARK_STORE_H
#define ZG_STORE_MARK_STORE_H
#include "store/store.h"

enum { TEXT_KEY_MAX = 60 /* bytes: a code, @, eight digits */ };
struct mark_new {
    struct text order_no;
    int wave;
    enum mark_outcome outcome;
    struct text reason;
    int64_t user_id;
    struct text text_key; /* which text it was (store/text_outcome_store.h); empty: nobody told */
};
enum mark_result { MARK_OK, MARK_NO_ORDER, MARK_FAILED /* database */ };
/* One mark an order and wave: a later one takes its place, MARK_NONE takes it back. With its audit row. */
enum mark_result mark_set(struct store *s, const struct shop *shop, const struct mark_new *m);
#endif
