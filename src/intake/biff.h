/* The records of an old workbook's stream (MS-XLS 2.1.4): a number, a length, bytes; what is longer goes on in CONTINUE records. */
#ifndef ZG_INTAKE_BIFF_H
#define ZG_INTAKE_BIFF_H
#include "intake/cfb.h"

enum biff_record {
    BIFF_FORMULA = 0x06, BIFF_EOF = 0x0a, BIFF_DATE_1904 = 0x22, BIFF_FILE_PASS = 0x2f, BIFF_CONTINUE = 0x3c, BIFF_CODE_PAGE = 0x42,
    BIFF_SHEET = 0x85, BIFF_MUL_RK = 0xbd, BIFF_RICH_STRING = 0xd6, BIFF_XF = 0xe0, BIFF_SST = 0xfc, BIFF_SHARED_LABEL = 0xfd,
    BIFF_NUMBER = 0x203, BIFF_LABEL = 0x204, BIFF_BOOL_ERROR = 0x205, BIFF_STRING = 0x207, BIFF_RK = 0x27e, BIFF_FORMAT = 0x41e, BIFF_BOF = 0x809,
};
enum { BIFF_BYTES_MAX = 8228 };

struct biff {
    struct cfb_stream *stream;
    unsigned type;
    unsigned char *data;      /* BIFF_BYTES_MAX */
    size_t len, at;           /* at: read so far, by biff_take */
    bool eight;               /* BIFF8: strings are UTF-16 */
    bool gbk;                 /* else: in a Chinese code page */
};
bool biff_init(struct biff *b, struct arena *own, struct cfb_stream *stream); /* false: no memory */
enum biff_end { BIFF_RECORD, BIFF_NO_MORE, BIFF_BROKEN };
enum biff_end biff_next(struct biff *b);

/* ---- what may go on in CONTINUE records ---- */
/* The next len bytes of the record at hand, and of those that continue it. */
bool biff_take(struct biff *b, void *buf, size_t len);
bool biff_skip(struct biff *b, size_t len);
/* count characters as UTF-8, at most CELL_KEPT_BYTES of them, into out; *ret_len. `wide`: two bytes each, as the flags before them
 * say. At a CONTINUE the flags are told anew. */
bool biff_characters(struct biff *b, size_t count, bool wide, char *out, size_t *ret_len);
/* A string of BIFF8 with its flags and what comes with it (runs, how it is read aloud); its length is 1 or 2 bytes. Of BIFF5: bytes. */
bool biff_string(struct biff *b, int length_bytes, char *out, size_t *ret_len);

static inline uint32_t biff_u16(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static inline uint32_t biff_u32(const unsigned char *p) { return biff_u16(p) | biff_u16(p + 2) << 16; }
double biff_double(const unsigned char *p);
double biff_rk(uint32_t rk); /* a number squeezed into 30 bits (MS-XLS 2.5.217) */
#endif
