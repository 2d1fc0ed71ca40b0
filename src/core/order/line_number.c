/* See line_number.h. */
#include "core/order/line_number.h"

enum { PREFIX_BYTES = 3 };
static const char prefix[PREFIX_BYTES + 1] = "zg-", digits[] = "0123456789abcdef";

void line_number_write(int64_t line_key, char ret[LINE_NUMBER_BYTES])
{
    uint64_t k = (uint64_t)line_key;
    memcpy(ret, prefix, PREFIX_BYTES);
    for (int i = LINE_NUMBER_BYTES - 1; i >= PREFIX_BYTES; i--, k >>= 4) ret[i] = digits[k & 15];
}

bool line_number_read(struct text s, int64_t *ret)
{
    uint64_t k = 0;
    if (s.len != LINE_NUMBER_BYTES || memcmp(s.ptr, prefix, PREFIX_BYTES) != 0) return false;
    for (int i = PREFIX_BYTES; i < LINE_NUMBER_BYTES; i++) {
        const char *at = memchr(digits, s.ptr[i], sizeof digits - 1);
        if (!at) return false;
        k = k << 4 | (uint64_t)(at - digits);
    }
    *ret = (int64_t)k;
    return true;
}
