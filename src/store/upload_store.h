/* Files that were uploaded in the page, until they are imported or a day old. */
#ifndef ZG_STORE_UPLOAD_STORE_H
#define ZG_STORE_UPLOAD_STORE_H
#include "store/store.h"

struct upload_row {
    int64_t upload_id, store_id, bytes, user_id, created_at_ms;
    char name[256];   /* as the user calls it, without directories */
    char path[1024];  /* where its bytes are */
};
/* upload_id is given out, created_at_ms is now. */
bool upload_add(struct store *s, int64_t merchant_id, const struct upload_row *u, int64_t *ret_upload_id);
enum upload_found { UPLOAD_FOUND, UPLOAD_NOT_FOUND, UPLOAD_READ_FAILED };
enum upload_found upload_find(struct store *s, const struct shop *shop, int64_t upload_id, struct upload_row *ret);
/* Older than before_ms and of no import that runs or waits to go on; -1 on failure. */
int upload_expired(struct store *s, int64_t merchant_id, int64_t before_ms, struct upload_row *ret, int max);
/* Whether an upload's bytes are at that path. */
bool upload_at(struct store *s, int64_t merchant_id, struct text path, bool *ret);
/* Whose upload lies at that path; 0: nobody's. */
bool upload_store_of(struct store *s, int64_t merchant_id, struct text path, int64_t *ret_store_id);
bool upload_remove(struct store *s, int64_t merchant_id, int64_t upload_id);
#endif
