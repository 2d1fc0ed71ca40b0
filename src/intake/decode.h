/* Bytes of a file -> UTF-8.  Streaming where a sequence may be cut (encoding_votes), whole cells otherwise. */
#ifndef ZG_INTAKE_DECODE_H
#define ZG_INTAKE_DECODE_H
#include "base/text.h"
#include "intake/intake.h"

bool utf8_check(struct text s); /* strict, and fast where it is ASCII or Chinese */

bool gb18030_check(struct text s);

/* GB18030 never grows by more than half: 2 bytes become at most 3, 4 become at most 4. */
#define GB18030_ROOM(len) ((len) + (len) / 2 + 8)
/* Writes UTF-8 to out (GB18030_ROOM(s.len) bytes) and its length to *ret_len; false at the first bad sequence. */
bool gb18030_to_utf8(struct text s, char *out, size_t *ret_len);
/* For showing a bad cell: bad bytes and NUL become U+FFFD. Room: 3 * s.len + 8. */
size_t decode_lossy(enum intake_encoding encoding, struct text s, char *out);

/* Which encoding do the bytes speak for? Fed in pieces of any size; a sequence cut by the end of the file is no error. */
struct encoding_votes {
    int64_t utf8_good, utf8_bad; /* multi-byte sequences */
    int64_t gb_good, gb_bad;     /* counted from the piece in which UTF-8 first failed */
    bool utf8_settled;           /* surely not UTF-8: no longer counted */
    unsigned char utf8_cut[4], gb_cut[4];
    int utf8_cut_len, gb_cut_len;
};
void encoding_votes_add(struct encoding_votes *v, struct text piece);
enum intake_encoding encoding_votes_result(const struct encoding_votes *v); /* ENCODING_UTF8 or ENCODING_GB18030 */

/* UTF-16 in pieces. What is no character becomes the byte FF, so that its row is found bad. */
struct utf16_state { bool big_endian; int half; /* -1, or the first byte of a unit */ uint16_t high; /* waiting for its low surrogate */ };
/* Room: 3 bytes for each byte of s, plus 4. Returns the length written. */
size_t utf16_to_utf8(struct utf16_state *u, struct text s, char *out);
size_t utf16_end(struct utf16_state *u, char *out); /* what a cut end leaves */
#endif
