/* Prints files as C byte arrays with a table of their names.  Run by the build: embed_text OUT TABLE FILE...
 * Gives: static const struct { const char *name; const char *ptr; size_t len; } TABLE[]; names are without folder and suffix. */
#include <stdio.h>
#include <string.h>

static int print_bytes(FILE *out, const char *path, int index)
{
    FILE *in = fopen(path, "rb");
    if (!in) {
        fprintf(stderr, "embed_text: cannot read %s\n", path);
        return -1;
    }
    fprintf(out, "static const unsigned char embedded_%d[] = {", index);
    int c, n = 0;
    while ((c = getc(in)) != EOF) fprintf(out, "%s%d,", n++ % 32 == 0 ? "\n" : "", c);
    fputs("0};\n", out);
    fclose(in);
    return n;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 256) {
        fputs("usage: embed_text OUT TABLE FILE...\n", stderr);
        return 2;
    }
    FILE *out = fopen(argv[1], "w");
    if (!out) return 1;
    int sizes[256];
    for (int i = 3; i < argc; i++)
        if ((sizes[i] = print_bytes(out, argv[i], i)) < 0) return 1;
    fprintf(out, "static const struct { const char *name, *ptr; size_t len; } %s[] = {\n", argv[2]);
    for (int i = 3; i < argc; i++) {
        const char *name = strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];
        fprintf(out, "{\"%.*s\", (const char *)embedded_%d, %d},\n", (int)strcspn(name, "."), name, i, sizes[i]);
    }
    fputs("};\n", out);
    return fclose(out) == 0 ? 0 : 1;
}
