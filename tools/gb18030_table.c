/* Prints the GB18030 tables that intake/decode.c includes, as ICU maps them.  Run by the build: gb18030_table OUT.
 * Two-byte area: the UTF-8 bytes and their count.  Four-byte area: ranges that run in step with Unicode. */
#include <stdio.h>
#include <unicode/ucnv.h>

static UChar32 code_point(UConverter *cnv, const char *bytes, int n)
{
    UErrorCode e = U_ZERO_ERROR;
    const char *at = bytes;
    UChar32 c = ucnv_getNextUChar(cnv, &at, bytes + n, &e);
    ucnv_reset(cnv);
    return U_SUCCESS(e) && at == bytes + n ? c : -1;
}

static void print_two(FILE *f, UConverter *cnv)
{
    fputs("static const unsigned char gb_two[126][191][4] = {\n", f);
    for (int lead = 0x81; lead <= 0xFE; lead++) {
        fputs("{", f);
        for (int trail = 0x40; trail <= 0xFE; trail++) {
            char b[2] = { (char)lead, (char)trail };
            UChar32 c = trail == 0x7F ? -1 : code_point(cnv, b, 2);
            if (c < 0x80 || c > 0xFFFF) fputs("{0},", f);
            else if (c < 0x800) fprintf(f, "{%d,%d,0,2},", 0xC0 | (c >> 6), 0x80 | (c & 0x3F));
            else fprintf(f, "{%d,%d,%d,3},", 0xE0 | (c >> 12), 0x80 | ((c >> 6) & 0x3F), 0x80 | (c & 0x3F));
        }
        fputs("},\n", f);
    }
    fputs("};\n", f);
}

static void print_four(FILE *f, UConverter *cnv)
{
    fputs("static const struct gb_range { uint16_t from, count, code; } gb_four[] = {\n", f);
    long from = 0, next = -2;
    UChar32 code = -1;
    for (long i = 0; i <= 39420; i++) {
        char b[4] = { (char)(0x81 + i / 12600), (char)(0x30 + i / 1260 % 10), (char)(0x81 + i / 10 % 126), (char)(0x30 + i % 10) };
        UChar32 c = i < 39420 ? code_point(cnv, b, 4) : -1;
        if (c == next) {
            next++;
            continue;
        }
        if (code >= 0) fprintf(f, "{%ld,%ld,%ld},\n", from, i - from, (long)code);
        from = i;
        code = c;
        next = c >= 0 ? c + 1 : -2;
    }
    fputs("};\n", f);
}

int main(int argc, char **argv)
{
    UErrorCode e = U_ZERO_ERROR;
    UConverter *cnv = ucnv_open("gb18030", &e);
    if (argc != 2 || U_FAILURE(e)) {
        fputs("gb18030_table: needs an output file and ICU's gb18030\n", stderr);
        return 2;
    }
    ucnv_setToUCallBack(cnv, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &e);
    FILE *f = fopen(argv[1], "w");
    if (!f) return 1;
    print_two(f, cnv);
    print_four(f, cnv);
    ucnv_close(cnv);
    return fclose(f) == 0 ? 0 : 1;
}
