/* What the words of a list of customers say about being contacted. */
#ifndef ZG_CORE_CONSENT_H
#define ZG_CORE_CONSENT_H
#include "core/contact/contact.h"

/* The cell of a column "allows SMS": given, refused, or a word that is not known, which tells nothing. Letters of either case. */
enum consent consent_read(struct text word);
/* The cell of a column "wants nothing": true of yes and of words for having opted out. */
bool refusal_read(struct text word);
#endif
