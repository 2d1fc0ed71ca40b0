/* Password hashing on its own two threads behind a short queue: argon2id takes some 50 ms and 19 MiB a time, so a flood of logins
 * must neither fill the processors nor the memory, and never an HTTP thread. */
#ifndef ZG_WEB_HASHER_H
#define ZG_WEB_HASHER_H
#include "store/account_store.h"

enum { HASHER_THREADS = 2, HASHER_QUEUE = 32 };

struct hash_job {
    char password[4 * 128 + 1];   /* wiped when the job is done */
    size_t password_len;
    bool make;                    /* true: hash the password into `hash`; false: compare it with `hash` */
    char hash[ACCOUNT_HASH_BYTES];/* to compare with; "": there is no such account, take as long and say no */
    bool good;                    /* out: it matches, or it was made */
    char fresh[ACCOUNT_HASH_BYTES];/* out, when it matches but was made with older parameters: the same password anew; else "" */
    void (*done)(void *ctx, struct hash_job *job); /* on a hashing thread */
    void *ctx;
};

struct hasher;
struct hasher *hasher_start(const struct env *env); /* NULL: no memory or no threads */
/* The job belongs to the hasher until done() is called. False: the queue is full. */
bool hasher_post(struct hasher *h, struct hash_job *job);
void hasher_stop(struct hasher *h); /* does what waits first */
#endif
