/* Who is asking, by the session cookie. The database holds the truth (store/session_store.c); this is a small table in front of
 * it, because the question comes with every request. An entry is asked again after a minute, and forgotten at once when this server ends
 * the session or changes the account. Any thread. */
#ifndef ZG_WEB_SESSIONS_H
#define ZG_WEB_SESSIONS_H
#include "store/account_store.h"

#define SESSIONS_RECHECK_MS INT64_C(60000)

struct sessions;
struct visitor;
/* Opens its own reading connection. NULL and the message on error. */
struct sessions *sessions_open(const struct env *env, const char *path, int64_t merchant_id, char *message, size_t message_size);
void sessions_close(struct sessions *t);

enum session_seen { SESSION_NONE, SESSION_GOOD, SESSION_TOUCH /* good, and its last use is to be written down */ };
/* `replaced`: as writer_replaced tells; what was found in the content before the last replacement is not believed. */
enum session_seen sessions_find(struct sessions *t, struct text token, uint64_t replaced, struct visitor *ret);
void sessions_forget(struct sessions *t, struct text token);
void sessions_forget_user(struct sessions *t, int64_t user_id);
#endif
