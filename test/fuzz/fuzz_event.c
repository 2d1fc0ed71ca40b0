/* What anybody may send to the webhook address: bytes of a body, signed or not. A message is taken only with the signature that is right for
 * exactly these bytes; any bit turned, anything cut off or added is refused. A body that is signed is read as an order: claims, or a refusal
 * with a reason in both languages; the same body twice gives the same claims, and nothing is left behind.
 *
 * Input: one byte for the kind of feed, one for which bit to turn, then the body. */
#include <sodium.h>
#include <string.h>
#include "fuzz.h"
#include "fuzz_memory.h"
#include "intake/event.h"
#include "intake/webhook.h"

static const enum feed_source kinds[] = { FEED_STANDARD, FEED_SHOPIFY, FEED_WOOCOMMERCE, FEED_EVENTS };
static const int64_t utc_at_ms[1] = { INT64_MIN };
static const int32_t utc_offset_s[1] = { 0 };
static const struct zone zone = { .name = "UTC", .n = 1, .at_ms = utc_at_ms, .offset_s = utc_offset_s };
#define NOW_MS INT64_C(1772330000000)

static const struct zone *find_zone(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return &zone;
}

static struct text signature(enum feed_source source, const struct webhook_message *m, char room[64])
{
    static const char secret[] = "0123456789abcdef01234567";
    unsigned char mac[32];
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, (const unsigned char *)secret, 24);
    if (source == FEED_STANDARD) crypto_auth_hmacsha256_update(&s, (const unsigned char *)"msg_1.1772330000.", 17);
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)m->body.ptr, m->body.len);
    crypto_auth_hmacsha256_final(&s, mac);
    const size_t n = source == FEED_STANDARD ? 3 : 0;
    memcpy(room, "v1,", 3);
    sodium_bin2base64(room + n, 64 - n, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return (struct text){ room, n + 44 };
}

static void flip(char *bytes, size_t len, size_t bit)
{
    if (len) bytes[bit / 8 % len] = (char)(bytes[bit / 8 % len] ^ (1 << bit % 8));
}

/* The message as it is, and each of its parts with one bit turned. */
static void check_signature(enum feed_source source, const uint8_t *data, size_t size, size_t bit)
{
    const struct webhook_secret secret = { "0123456789abcdef01234567", 24 };
    struct webhook_message m = { .id = TEXT("msg_1"), .timestamp = TEXT("1772330000"), .body = { (const char *)data, size }, .now_ms = NOW_MS };
    char room[64], sign[64], *copy = malloc(size + 1);
    if (!copy) abort();
    m.signature = signature(source, &m, room);
    FUZZ_CHECK(webhook_check(source, &m, &secret, 1) == WEBHOOK_GOOD);
    memcpy(copy, data, size);
    flip(copy, size, bit);
    m.body.ptr = copy;
    FUZZ_CHECK(size == 0 || webhook_check(source, &m, &secret, 1) == WEBHOOK_FORGED);
    flip(copy, size, bit);
    copy[size] = (char)bit;
    m.body.len = size + 1;
    FUZZ_CHECK(webhook_check(source, &m, &secret, 1) == WEBHOOK_FORGED);
    m.body.len = size ? size - 1 : 0;
    FUZZ_CHECK(size == 0 || webhook_check(source, &m, &secret, 1) == WEBHOOK_FORGED);
    m.body.len = size;
    memcpy(sign, room, sizeof sign);
    flip(sign, m.signature.len, bit);
    m.signature.ptr = sign;
    FUZZ_CHECK(webhook_check(source, &m, &secret, 1) != WEBHOOK_GOOD);
    m.signature = (struct text){ (const char *)data, size }; /* whatever else may stand in that header */
    FUZZ_CHECK(webhook_check(source, &m, &secret, 1) != WEBHOOK_GOOD);
    free(copy);
}

static enum event_kind read_once(const struct arena_source *memory, struct arena *a, enum feed_source source, const json_t *order, struct order_claim **claims, size_t *n)
{
    struct intake_options opt = { .zone = &zone, .find_zone = find_zone, .currency = { "USD" }, .country = TEXT("US") };
    struct event_why why = { .code = TEXT_NONE };
    FUZZ_CHECK(currency_parse(TEXT("USD"), &opt.currency));
    struct event_reader *r = event_reader_open(memory, source, &opt);
    FUZZ_CHECK(r);
    const enum event_kind kind = event_read(r, a, order, source == FEED_EVENTS ? TEXT("2026-03-01T00:00:00+00:00") : TEXT_NONE, NOW_MS, claims, n, &why);
    event_reader_close(r);
    FUZZ_CHECK(kind != EVENT_NO_MEMORY);
    if (kind == EVENT_REFUSED)
        FUZZ_CHECK(why.code.len > 0 && why.en.len > 0 && why.zh.len > 0 && text_utf8_valid(why.en) && text_utf8_valid(why.zh) && text_utf8_valid(why.field));
    return kind;
}

static void check_order(const struct arena_source *memory, enum feed_source source, const json_t *order)
{
    struct arena a;
    struct order_claim *one = NULL, *two = NULL;
    size_t n = 0, m = 0;
    arena_init(&a, memory, 0);
    const enum event_kind kind = read_once(memory, &a, source, order, &one, &n);
    FUZZ_CHECK(read_once(memory, &a, source, order, &two, &m) == kind);
    if (kind == EVENT_ORDER) {
        FUZZ_CHECK(n >= 1 && n <= EVENT_LINES_MAX && n == m);
        for (size_t i = 0; i < n; i++) {
            FUZZ_CHECK(one[i].order_no.len > 0 && text_eq(one[i].order_no, one[0].order_no) && one[i].as_of_ms <= NOW_MS + EVENT_AHEAD_MAX_MS);
            FUZZ_CHECK(memcmp(one[i].key.bytes, two[i].key.bytes, sizeof one[i].key.bytes) == 0);
            FUZZ_CHECK(text_utf8_valid(one[i].person.name) && text_utf8_valid(one[i].line.title));
        }
    }
    arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_memory held = { 0 };
    const struct arena_source memory = { fuzz_take, fuzz_give, &held };
    json_error_t error;
    if (sodium_init() < 0 || size < 2) return 0;
    const enum feed_source source = kinds[data[0] % 4];
    if (feed_source_signed(source)) check_signature(source, data + 2, size - 2, data[1] * 257u + size);
    json_t *body = json_loadb((const char *)data + 2, size - 2, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(body)) check_order(&memory, source, body);
    json_decref(body);
    FUZZ_CHECK(held.held == 0);
    return 0;
}
