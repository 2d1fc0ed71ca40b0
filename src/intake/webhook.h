/* Is this message really from whom it says? Signatures over the bytes of the body as they came, before anything reads them.
 *
 *   standard      www.standardwebhooks.com: headers webhook-id, webhook-timestamp (seconds), webhook-signature ("v1,BASE64", several
 *                 with blanks between); HMAC-SHA256 over "id.timestamp.body". Secret "whsec_BASE64".
 *   shopify       X-Shopify-Hmac-Sha256: BASE64 of HMAC-SHA256 over the body. The secret is text.
 *   woocommerce   X-WC-Webhook-Signature: the same over the body. The secret is text.
 *
 * A signature is compared as text with the one that is right, in constant time: no other spelling of it is taken.
 * Shopify and WooCommerce sign no time, so a message of theirs may be sent again by whoever overheard it; that changes nothing,
 * because an order says itself as of when it is (event.h), and an equal body is the same event. */
#ifndef ZG_INTAKE_WEBHOOK_H
#define ZG_INTAKE_WEBHOOK_H
#include "base/instant.h"
#include "core/feed/feed.h"

enum { WEBHOOK_SECRET_MAX = 128, WEBHOOK_SECRETS_MAX = 2 /* an old and a new one while they are changed over */, WEBHOOK_ID_BYTES = 16,
       WEBHOOK_TOLD_ID_MAX = 128, WEBHOOK_SIGNATURES_MAX = 16 };
#define WEBHOOK_WINDOW_MS (5 * MS_PER_MIN)

struct webhook_secret { unsigned char bytes[WEBHOOK_SECRET_MAX]; size_t len; };
/* A secret as people paste it: false when it is none of this source (standard: "whsec_" and base64 of 24 to 64 bytes; others: 8 to 128
 * printable characters). */
bool webhook_secret_read(enum feed_source source, struct text told, struct webhook_secret *ret);

struct webhook_message { struct text id, timestamp, signature, body; int64_t now_ms; };
enum webhook_verdict {
    WEBHOOK_GOOD,
    WEBHOOK_UNSIGNED,     /* a header is missing */
    WEBHOOK_FORGED,       /* no signature fits any secret: other bytes, another secret, or cut short */
    WEBHOOK_OUT_OF_TIME,  /* signed, but not within five minutes of now */
};
enum webhook_verdict webhook_check(enum feed_source source, const struct webhook_message *m, const struct webhook_secret *secrets, int count);
const char *webhook_verdict_word(enum webhook_verdict v);       /* "unsigned", "signature", "out-of-time" */
struct text webhook_verdict_text(enum webhook_verdict v, bool zh);

/* Which event a message is, from what is signed alone: the id of Standard Webhooks, else the body. Keyed, so that ids cannot be chosen to
 * collide. */
void webhook_event_id(enum feed_source source, const struct webhook_message *m, const unsigned char key[32], unsigned char ret[WEBHOOK_ID_BYTES]);
/* The same for an id that somebody told. */
void event_id_hash(struct text told, const unsigned char key[32], unsigned char ret[WEBHOOK_ID_BYTES]);
#endif
