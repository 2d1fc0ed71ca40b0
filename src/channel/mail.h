/* A message as e-mail (RFC 5322, MIME): one recipient, plain text. Pure: the clock is an argument. */
#ifndef ZG_CHANNEL_MAIL_H
#define ZG_CHANNEL_MAIL_H
#include "channel/channel.h"

/* Whether it can stand between < and >: one @, ASCII, a dot-atom before it (RFC 5322 3.2.3), letters, digits, hyphens and dots after it; at most
 * 254 bytes (RFC 5321 4.5.3.1.3). Quoted local parts and names beyond ASCII are not taken. */
bool mail_address_ok(struct text address);
struct text mail_domain(struct text address); /* what stands after the @ */
/* The whole e-mail, lines ended by CRLF, not dot-stuffed. Message-ID is <id@domain of from>: the same at every try. With an unsubscribe_url it has
 * List-Unsubscribe and List-Unsubscribe-Post (RFC 8058). Headers beyond ASCII are encoded words (RFC 2047), such a text is base64. */
struct text mail_write(struct arena *a, const struct channel_settings *settings, const struct channel_message *m, int64_t now_ms);
#endif
