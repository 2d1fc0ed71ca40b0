/* What a channel is told once: from JSON (page, command line, the sealed row of the store) and back. */
#ifndef ZG_CHANNEL_SETTINGS_H
#define ZG_CHANNEL_SETTINGS_H
#include <jansson.h>
#include "channel/channel.h"

/* Where a setting is wrong, in words. */
struct settings_fault { char field[24], en[240], zh[240]; };

/* {"kind","carries"?,"host"?,"port"?,"tls"?: "starttls","tls","off","user"?,"password"?,"from"?,"from_name"?,"url"?,"secret"?,"folder"?,"desk_url"?,
 * "authority"?,"timeout_ms"?}; an empty or absent field is not set; defaults are filled in. False and *ret_fault unless all of it is good: what a kind
 * needs is there, what it does not know is not, nothing goes over a net unencrypted, a robot's address is its platform's. */
bool settings_read(const json_t *told, struct channel_settings *ret, struct settings_fault *ret_fault);
/* The same back, secrets included: only to be sealed. NULL: out of memory. */
json_t *settings_write(const struct channel_settings *s);
/* Where messages go, for people: "smtp.example.com:587, shop@example.com"; no secret: of a robot only its platform. */
void settings_label(const struct channel_settings *s, char *ret, size_t size);
/* "localhost", 127.0.0.0/8, ::1: what never leaves this machine. */
bool host_is_loopback(struct text host);
void settings_wipe(struct channel_settings *s);
#endif
