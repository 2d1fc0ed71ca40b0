/* Made claims about records for tests of the store: a pool about a few records of three subjects, of which files are drawn again
 * and again, so that everything overlaps; equal times of different exports are common, so that cells are disputed. */
#ifndef ZG_TEST_MADE_RECORDS_H
#define ZG_TEST_MADE_RECORDS_H
#include "base/prng.h"
#include "core/record/record.h"

enum { RECORD_POOL = 48, RECORD_KEYS = 5, RECORD_VALUES = 8 };
#define RECORDS_AT INT64_C(1700000000000)
struct record_pool { struct record_claim rows[RECORD_POOL]; struct record_value values[RECORD_POOL][RECORD_VALUES]; struct arena texts; };

static inline void record_pool_make(struct record_pool *pool, uint64_t seed, const struct arena_source *memory)
{
    static const enum subject subjects[] = { SUBJECT_REVIEWS, SUBJECT_TRAFFIC, SUBJECT_CUSTOMERS };
    static const char *const words[] = { "很好", "一般，\n慢", "O'Neil \"x\"" };
    struct prng p;
    prng_seed(&p, seed);
    arena_init(&pool->texts, memory, 0);
    for (int i = 0; i < RECORD_POOL; i++) {
        struct record_claim *c = &pool->rows[i];
        const enum subject s = subjects[prng_below(&p, 3)];
        const int key = (int)prng_below(&p, RECORD_KEYS);
        *c = (struct record_claim){ .subject = s, .record_key = arena_printf(&pool->texts, "k%d" RECORD_KEY_JOIN, key), .grain = 1 + key % 2,
            .rank = prng_below(&p, 4) ? SOURCE_FILE : SOURCE_API, .at_ms = prng_below(&p, 3) ? RECORDS_AT + (int64_t)prng_below(&p, 4) * MS_PER_HOUR : CLAIM_NONE,
            .values = pool->values[i] };
        for (int f = 1; f <= record_subject(s)->field_count && c->value_count < RECORD_VALUES; f++) {
            if (prng_below(&p, 3)) continue;
            struct record_value *v = &pool->values[i][c->value_count++];
            *v = (struct record_value){ .field = f };
            if (kind_is_text(record_field(s, f)->kind)) v->text = text_from_cstr(words[prng_below(&p, 3)]);
            else v->number = (int64_t)prng_below(&p, 3) - 1;
        }
        const uint64_t hash[2] = { prng_next(&p), (uint64_t)i };
        memcpy(c->key.bytes, hash, sizeof hash);
    }
}

static inline void record_pool_release(struct record_pool *pool) { arena_release(&pool->texts); }
#endif
