/* The inbox of the live feed: events that were accepted, are durable and have been answered, and that are not taken in yet.
 *
 * Taken in by itself, an event costs a commit of nearly twenty pages: the order, its lines, stock, counters, reminders. In the inbox it is
 * one row of one small table. What follows from it is done for many at once (inbox_apply), by whoever opens the database for
 * writing and, while a desk runs, by its writer, before anybody looks (desk/writer.h). Rows go in the transaction that takes them in,
 * so that each is taken in once. */
#ifndef ZG_STORE_INBOX_STORE_H
#define ZG_STORE_INBOX_STORE_H
#include "store/feed_store.h"

enum { INBOX_EVENT_BYTES = 3072 /* a page holds it */ };
struct inbox_event {
    enum feed_source source;
    const struct order_claim *claims;   /* the caller's */
    size_t n, len;
    unsigned char bytes[INBOX_EVENT_BYTES];
};

/* An event as bytes. False: it is too long, and has to be taken in at once. */
bool inbox_pack(enum feed_source source, const struct order_claim *claims, size_t n, struct inbox_event *ret);
/* One row, in the open transaction, without the cells of a person who is forgotten. */
bool inbox_put(struct store *s, const struct shop *shop, struct inbox_event *e);
int64_t inbox_waiting(struct store *s); /* rows to be taken in, of all shops; -1 on failure */
/* Takes in all that waits and counts it to its feed, in the open transaction. An event that cannot be taken in though disk and memory are
 * well (the program that accepted it wrote it in another form) spoils no other: it is kept, set aside, and told as a refusal. False: the
 * database failed, and the transaction is to be rolled back; all of it waits on. */
bool inbox_apply(struct store *s);
/* For who copies, wipes or replaces all: false, and the disk is called full, while something waits. */
bool inbox_whole(struct store *s);
/* At opening for writing: also what was set aside is tried again, by this program. What cannot be done now, with a full disk, waits on. False:
 * the disk failed or the database is damaged. */
bool inbox_recover(struct store *s);
/* Forgets what is set aside of a shop: nobody can tell of whom it is. */
bool inbox_forget(struct store *s, const struct shop *shop);
#endif
