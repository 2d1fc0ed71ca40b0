/* How long a short message is as the network counts it, and what it costs.
 * Sources: 3GPP TS 23.038 (the GSM 7-bit alphabet, its extension table, UCS-2), TS 23.040 9.2.3.24 (a long message is sent in parts, each
 * with a header of 6 bytes: 160 septets become 153, 70 UTF-16 units become 67). */
#ifndef ZG_CORE_SMS_H
#define ZG_CORE_SMS_H
#include "base/text.h"

enum sms_alphabet { SMS_GSM7 = 1, SMS_UCS2 = 2 };
enum { SMS_PARTS_MAX = 255 }; /* the header's count is one byte */
struct sms_size {
    enum sms_alphabet alphabet; /* UCS-2 as soon as one character is not in the GSM alphabet */
    int characters;             /* code points, as a person counts */
    int units;                  /* septets (a character of the extension table takes two) or UTF-16 units */
    int parts;                  /* 0 for an empty text */
    int per_part;               /* units of each part: 160 or 153, 70 or 67 */
    int left;                   /* units that still fit into the last part */
};
/* utf8: valid UTF-8 of at most SMS_TEXT_MAX bytes; false when it is not, or when it takes more than SMS_PARTS_MAX parts.  No part begins
 * within a character: an escape and what it escapes, and both halves of a surrogate pair, stay together, as senders cut. */
enum { SMS_TEXT_MAX = 64 * 1024 };
bool sms_measure(struct text utf8, struct sms_size *ret);
/* Minor units, rounded up, at a price for a thousand parts (as parts are sold); 0 <= price. */
int64_t sms_cost_minor(int parts, int64_t per_1000_minor);
#endif
