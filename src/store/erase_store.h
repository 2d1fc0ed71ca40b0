/* Forgetting a person, and remembering to.
 *
 * What is kept of a person who asked to be forgotten is a tombstone: keyed hashes of the buyer's name, of the order numbers, of phones and
 * e-mail addresses, and when. Whatever comes in goes past them (erased_obey, called by the reducer for files, feeds and events alike): cells
 * of the person are left out, the order stays. An order that is placed after the erasure is a new one: the person came back.
 *
 *   erase_store.c   tombstones, and what comes in
 *   erase_sweep.c   what is there: orders, cells, marks
 *   erase_records.c records of the other lists
 *   erase_texts.c   rows set aside, names of files, maps, words in a text
 *
 * Kept are an order's number, times, amounts, goods, province and tracking number, without the person: what the law makes a shop keep
 * (docs/decisions/0012-erasure.md). */
#ifndef ZG_STORE_ERASE_STORE_H
#define ZG_STORE_ERASE_STORE_H
#include "store/apply.h"

/* Frozen: stored in the database, and beside it. */
enum erased_kind { ERASED_BUYER = 1, ERASED_ORDER = 2, ERASED_PHONE = 3, ERASED_EMAIL = 4 };
struct erased_row { enum erased_kind kind; int64_t hash, erased_at_ms; };
struct erased_set { struct erased_row *rows; size_t n; }; /* by kind, then hash */

/* False for a text that names nobody: a phone with stars or less than seven digits, an address without @. A phone counts by its last eleven
 * digits, an e-mail address in small letters. */
bool erased_hash(const struct shop *shop, enum erased_kind kind, struct text t, int64_t *ret);
bool erased_load(struct store *s, const struct shop *shop, struct arena *a, struct erased_set *ret);
bool erased_add(struct store *s, const struct shop *shop, const struct erased_row *row, bool *ret_new);
const struct erased_row *erased_find(const struct erased_set *set, enum erased_kind kind, int64_t hash); /* NULL: none */
/* Is a row about an order of somebody who is forgotten? placed_at_ms may be INSTANT_NONE. */
bool erased_person(const struct erased_set *set, const struct shop *shop, struct text order_no, int64_t placed_at_ms, const struct person_cells *p);
/* The claims without the persons that are forgotten: the caller's own, or a copy in the session's scratch, or in the arena. */
bool erased_obey(struct apply_session *a, const struct order_claim **claims, size_t n);
bool erased_obey_in(struct store *s, const struct shop *shop, struct arena *a, const struct order_claim **claims, size_t n);

/* The same of claims about records (erase_records.c). */
bool erased_obey_records(struct apply_session *a, const struct record_claim **claims, size_t n);
/* A row that is set aside, without its cells when they are about somebody who is forgotten. */
struct quarantine_row;
bool erased_obey_aside(struct store *s, const struct shop *shop, struct quarantine_row *row);

/* ---- who is meant ---- */
struct erase_who { bool found; int64_t customer_id /* CLAIM_NONE: none */, order_id /* 0: none */; };
/* By the buyer's name as the platform writes it, else by the customer's number. */
bool erase_who_is(struct store *s, const struct shop *shop, struct text customer, struct erase_who *ret);
/* Everything by which the person can be known again, added to the arena's lists: hashes with erased_at_ms, and words. */
struct erase_words { struct text *words; size_t n, capacity; };
struct erase_plan { struct erased_set set; struct erase_words words; struct text *orders; size_t order_count; /* their numbers */ };
bool erase_plan(struct store *s, const struct shop *shop, struct arena *a, const struct erase_who *who, struct text customer, int64_t now_ms,
                struct erase_plan *ret);

/* Personal cells of one order, as each file told them. */
bool erase_cells_each(struct store *s, const struct shop *shop, struct text order_no,
                      bool (*each)(void *ctx, struct text order_no, int64_t as_of_ms, const struct person_cells *p), void *ctx);
/* Records of the other lists that are about the person, by their numbers in the arena, ascending; and the personal cells of one, as each file told them. */
bool erase_records_of(struct store *s, const struct shop *shop, struct arena *a, const struct erase_plan *plan, int64_t **ret, size_t *ret_n);
bool erase_record_cells_each(struct store *s, const struct shop *shop, int64_t record_id, bool (*each)(void *ctx, int field, int64_t as_of_ms, struct text t), void *ctx);
/* Rows set aside that are about the person. */
bool erase_aside_each(struct store *s, const struct shop *shop, const struct erase_plan *plan,
                      bool (*each)(void *ctx, int64_t import_id, int64_t line, struct text row), void *ctx);

/* Parts of a plan: a hash that is not there yet; all of them, sorted; what records of other lists say of the person. */
bool erase_hash_add(const struct shop *shop, struct arena *a, struct list *hashes /* erased_row */, enum erased_kind kind, struct text t, int64_t at_ms);
struct erased_set erased_sorted(struct list *hashes);
bool erase_plan_records(struct store *s, const struct shop *shop, struct arena *a, struct list *hashes, struct erase_words *w, int64_t at_ms);

/* ---- the sweep, in the open transaction ---- */
struct erase_report { int64_t customers, orders, person_rows, marks, set_aside, texts, records; };
/* Takes away what the tombstones of `set` name. words: what else to look for; gains what the cells said that go. */
bool erase_sweep(struct store *s, const struct shop *shop, struct arena *a, const struct erased_set *set, struct erase_words *words,
                 struct erase_report *ret);
/* ---- erase_records.c, erase_texts.c, erase_maps.c ---- */
bool erase_records(struct store *s, const struct shop *shop, struct arena *a, const struct erased_set *set, struct erase_words *w, struct erase_report *ret);
bool erase_word_add(struct arena *a, struct erase_words *w, struct text word, size_t least);
/* Does the text hold one of the words? A short one counts only where it stands by itself. */
bool erase_words_in(const struct erase_words *w, struct text t);
/* A text without the words: *** stands where one stood. */
struct text erase_words_out(struct arena *a, const struct erase_words *w, struct text t);
/* Those of the words that can be no title of a column: numbers and addresses (seven digits and more, an @, 24 bytes and more). They share w's texts. */
bool erase_words_telling(struct arena *a, const struct erase_words *w, struct erase_words *ret);
bool erase_maps(struct store *s, const struct shop *shop, struct arena *a, const struct erase_words *w, struct erase_report *ret);
bool erase_texts(struct store *s, const struct shop *shop, struct arena *a, const struct erased_set *set, const struct erase_words *w,
                 struct erase_report *ret);
#endif
