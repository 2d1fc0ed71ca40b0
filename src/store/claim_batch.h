/* What a batch of claims goes through whatever it tells of, orders or records: claims of one subject are grouped, the events that
 * are there already are found, what is new gets numbers, and the groups that change are walked in the order of the file.
 * order_store.c and record_store.c do the rest and nobody else includes this.
 *
 * In this order: claim_batch_heads, claim_batch_group; the caller finds which groups are there (is_new, id); claim_batch_find,
 * claim_batch_number, claim_batch_loads; claim_batch_next until NULL; claim_batch_end. */
#ifndef ZG_STORE_CLAIM_BATCH_H
#define ZG_STORE_CLAIM_BATCH_H
#include "store/apply.h"

enum { CHUNK_CLAIMS = 4096 }; /* what is read and made of them stays near the processor */
#define NO_CLAIM UINT32_MAX

/* What every claim has: whom it tells of (by subject and name), and which event it is as of when. */
struct claim_head { enum subject subject; struct text name; const struct claim_key *key; int64_t as_of_ms; };

enum claim_kind { CLAIM_IS_NEW, CLAIM_STORED /* the event is in the store */, CLAIM_AGAIN /* the event is in this batch */ };
struct claim_state {
    uint32_t group, next /* claim of the same group, NO_CLAIM at the end */, same_as /* CLAIM_AGAIN: the first one */;
    uint32_t at;      /* its place in the work of its group, once it was taken in */
    enum claim_kind kind;
    int64_t event_no; /* of a stored event */
};
struct claim_group { /* one order, one record */
    const struct claim_head *head; /* of its first claim */
    uint32_t first, last, count;
    bool is_new, loads;            /* its events have to be read */
    int64_t id;
    size_t key_at, key_count, work; /* into keys; place among those that load */
};
struct claim_batch {
    struct apply_session *a;
    enum event_table table;
    size_t n, group_count;
    struct claim_head *heads;     /* as the claims come */
    struct claim_state *state;
    struct claim_group *groups;   /* by subject and name */
    const struct stored_key *keys;
    struct list *assertions;      /* event_ref: where this import's own go */
    struct apply_tally tally;
};

/* All of these: false when memory or the database failed. */
bool claim_batch_heads(struct claim_batch *b); /* room for n heads, which the caller fills */
bool claim_batch_group(struct claim_batch *b); /* every group is new until the caller found it */
/* Which claims are new events; what this import says of the others is put down to be asserted. */
bool claim_batch_find(struct claim_batch *b);
/* New groups are numbered in the order of the file, so that their rows are appended. */
bool claim_batch_number(struct claim_batch *b, struct text sequence);
/* The groups whose events have to be read, by id; group->work is its place among them. */
bool claim_batch_loads(struct claim_batch *b, struct claim_group ***ret, size_t *ret_n);
/* The next group that may change, in the order of the file; NULL: that was the last. The others count as unchanged. *i begins at 0. */
struct claim_group *claim_batch_next(struct claim_batch *b, size_t *i);
bool claim_batch_assert(struct claim_batch *b, int64_t id, int64_t event_no, struct told told);
/* Claim i of a stored event, or of one in this batch: the place of that event in the work of its group. */
size_t claim_batch_place(struct claim_batch *b, uint32_t i, const struct work_event *events, size_t n);
/* Says it when memory ran out; adds what was tallied when all went well. */
bool claim_batch_end(struct claim_batch *b, bool ok, struct apply_tally *tally);
#endif
