/* See webhook.h. */
#include "intake/webhook.h"
#include <sodium.h>

enum { MAC_TEXT_BYTES = sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL) /* 44 and the NUL */ };

/* ---- secrets ---- */

static bool read_base64(struct text s, struct webhook_secret *ret)
{
    const char *end = NULL;
    return sodium_base642bin(ret->bytes, sizeof ret->bytes, s.ptr, s.len, NULL, &ret->len, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == s.ptr + s.len && ret->len >= 24 && ret->len <= 64;
}

bool webhook_secret_read(enum feed_source source, struct text told, struct webhook_secret *ret)
{
    const struct text prefix = TEXT("whsec_");
    *ret = (struct webhook_secret){ .len = 0 };
    if (!feed_source_signed(source)) return false;
    if (source == FEED_STANDARD)
        return text_starts_with(told, prefix) && read_base64((struct text){ told.ptr + prefix.len, told.len - prefix.len }, ret);
    if (told.len < 8 || told.len > sizeof ret->bytes) return false;
    for (size_t i = 0; i < told.len; i++)
        if (told.ptr[i] <= ' ' || told.ptr[i] > '~') return false;
    memcpy(ret->bytes, told.ptr, told.len);
    ret->len = told.len;
    return true;
}

/* ---- signatures ---- */

static void feed_mac(crypto_auth_hmacsha256_state *s, struct text t)
{
    crypto_auth_hmacsha256_update(s, (const unsigned char *)(t.ptr ? t.ptr : ""), t.len);
}

static void sign(enum feed_source source, const struct webhook_message *m, const struct webhook_secret *secret, char ret[MAC_TEXT_BYTES])
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, secret->bytes, secret->len);
    if (source == FEED_STANDARD) {
        feed_mac(&s, m->id);
        feed_mac(&s, TEXT("."));
        feed_mac(&s, m->timestamp);
        feed_mac(&s, TEXT("."));
    }
    feed_mac(&s, m->body);
    crypto_auth_hmacsha256_final(&s, mac);
    sodium_bin2base64(ret, MAC_TEXT_BYTES, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(&s, sizeof s);
}

static bool same(struct text told, const char right[MAC_TEXT_BYTES])
{
    return told.len == MAC_TEXT_BYTES - 1 && sodium_memcmp(told.ptr, right, told.len) == 0;
}

/* Whether one of "v1,AAAA v1,BBBB v1a,CCCC" is right. */
static bool some_is(struct text list, const char right[MAC_TEXT_BYTES])
{
    bool found = false;
    for (int i = 0; i < WEBHOOK_SIGNATURES_MAX && list.len > 0; i++) {
        struct text one = text_cut(list, ' ', &list);
        if (text_starts_with(one, TEXT("v1,"))) found |= same((struct text){ one.ptr + 3, one.len - 3 }, right);
    }
    return found;
}

static bool in_time(struct text timestamp, int64_t now_ms)
{
    int64_t at_s;
    if (timestamp.len > 12 || !text_to_i64(timestamp, &at_s) || at_s < 0) return false;
    const int64_t apart_ms = now_ms - at_s * MS_PER_S;
    return apart_ms <= WEBHOOK_WINDOW_MS && apart_ms >= -WEBHOOK_WINDOW_MS;
}

enum webhook_verdict webhook_check(enum feed_source source, const struct webhook_message *m, const struct webhook_secret *secrets, int count)
{
    const bool standard = source == FEED_STANDARD;
    bool good = false;
    if (m->signature.len == 0 || (standard && (m->id.len == 0 || m->timestamp.len == 0))) return WEBHOOK_UNSIGNED;
    if (standard && m->id.len > WEBHOOK_TOLD_ID_MAX) return WEBHOOK_FORGED;
    for (int i = 0; i < count; i++) {
        char right[MAC_TEXT_BYTES];
        sign(source, m, &secrets[i], right);
        good |= standard ? some_is(m->signature, right) : same(m->signature, right);
        sodium_memzero(right, sizeof right);
    }
    if (!good) return WEBHOOK_FORGED;
    return standard && !in_time(m->timestamp, m->now_ms) ? WEBHOOK_OUT_OF_TIME : WEBHOOK_GOOD;
}

#define WORDS(literal) { literal, sizeof(literal) - 1 }
static const struct { const char *word; struct text en, zh; } verdicts[] = {
    [WEBHOOK_GOOD] = { "good", WORDS("The message is signed."), WORDS("签名正确。") },
    [WEBHOOK_UNSIGNED] = { "unsigned", WORDS("The message is not signed: a header of its signature is missing."), WORDS("消息没有签名：缺少签名请求头。") },
    [WEBHOOK_FORGED] = { "signature", WORDS("The signature does not fit: another secret, or the message was changed or cut short on its way."),
                         WORDS("签名不符：密钥不同，或消息在途中被改动、截断。") },
    [WEBHOOK_OUT_OF_TIME] = { "out-of-time", WORDS("The message is signed, but more than five minutes away from this machine's clock."),
                              WORDS("签名正确，但时间与本机时钟相差五分钟以上。") },
};

const char *webhook_verdict_word(enum webhook_verdict v) { return verdicts[v].word; }
struct text webhook_verdict_text(enum webhook_verdict v, bool zh) { return zh ? verdicts[v].zh : verdicts[v].en; }

/* ---- which event ---- */

void event_id_hash(struct text told, const unsigned char key[32], unsigned char ret[WEBHOOK_ID_BYTES])
{
    crypto_generichash(ret, WEBHOOK_ID_BYTES, (const unsigned char *)(told.ptr ? told.ptr : ""), told.len, key, 32);
}

void webhook_event_id(enum feed_source source, const struct webhook_message *m, const unsigned char key[32], unsigned char ret[WEBHOOK_ID_BYTES])
{
    event_id_hash(source == FEED_STANDARD ? m->id : m->body, key, ret);
}
