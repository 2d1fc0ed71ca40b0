/* Turns the built page (ui/dist) into a C file: one array of bytes a file, packed with gzip where that is shorter, and the table of
 * src/web/assets.h sorted by path. Usage: embed DIST OUT.c. When DIST holds no index.html, a page that says how to build it is
 * embedded instead. OUT.c is left alone when nothing changed, so that nothing is compiled again. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { FILES_MAX = 2000, PATH_BYTES = 1024 };
#define FILE_BYTES_MAX ((long)64 * 1024 * 1024)

struct file { char path[PATH_BYTES]; unsigned char *plain; size_t len; unsigned char *packed; size_t packed_len; };
static struct file files[FILES_MAX];
static int file_count;

static const char no_page[] =
    "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
    "<title>掌柜 Zhanggui</title></head><body><h1>掌柜 Zhanggui</h1>"
    "<p>本程序编译时没有网页。请运行：</p><p>This program was built without its page. Run:</p>"
    "<pre>cd ui &amp;&amp; npm ci &amp;&amp; npm run build &amp;&amp; cd .. &amp;&amp; ninja -C build</pre>"
    "<p>./start 会自动完成。 / ./start does it by itself.</p><p><a href=\"/healthz\">/healthz</a></p></body></html>\n";

static void die(const char *what, const char *path)
{
    fprintf(stderr, "embed: %s %s: %s\n", what, path, strerror(errno));
    exit(1);
}

static unsigned char *read_file(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    if (!f) { *ret_len = 0; return NULL; }
    if (fseek(f, 0, SEEK_END)) die("cannot seek in", path);
    long n = ftell(f);
    if (n < 0 || n > FILE_BYTES_MAX) die("too large or unreadable:", path);
    rewind(f);
    unsigned char *bytes = malloc((size_t)n + 1);
    if (!bytes || fread(bytes, 1, (size_t)n, f) != (size_t)n) die("cannot read", path);
    fclose(f);
    *ret_len = (size_t)n;
    return bytes;
}

static void add(const char *path, unsigned char *bytes, size_t len)
{
    if (file_count == FILES_MAX) { fprintf(stderr, "embed: too many files\n"); exit(1); }
    struct file *f = &files[file_count++];
    snprintf(f->path, sizeof f->path, "%s", path);
    f->plain = bytes;
    f->len = len;
    z_stream z = { 0 };
    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) die("zlib fails on", path);
    size_t room = deflateBound(&z, (uLong)len);
    f->packed = malloc(room);
    if (!f->packed) die("no memory for", path);
    z.next_in = bytes; z.avail_in = (uInt)len;
    z.next_out = f->packed; z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) die("zlib fails on", path);
    f->packed_len = z.total_out;
    deflateEnd(&z);
    if (f->packed_len > len - len / 20) f->packed_len = 0; /* pictures and fonts are packed already */
}

static void walk(const char *root, const char *under)
{
    char path[PATH_BYTES * 2], name[PATH_BYTES];
    snprintf(path, sizeof path, "%s%s", root, under);
    DIR *d = opendir(path);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d));) {
        struct stat st;
        if (e->d_name[0] == '.') continue;
        if ((size_t)snprintf(name, sizeof name, "%s/%s", under, e->d_name) >= sizeof name) die("too long:", e->d_name);
        snprintf(path, sizeof path, "%s%s", root, name);
        if (stat(path, &st)) die("cannot look at", path);
        if (S_ISDIR(st.st_mode)) { walk(root, name); continue; }
        size_t len;
        unsigned char *bytes = read_file(path, &len);
        if (!bytes) die("cannot open", path);
        add(name, bytes, len);
    }
    closedir(d);
}

static int by_path(const void *a, const void *b) { return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path); }

static const char *type_of(const char *path)
{
    static const struct { const char *end, *type; } types[] = {
        { ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
        { ".json", "application/json; charset=utf-8" }, { ".svg", "image/svg+xml" }, { ".png", "image/png" }, { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" }, { ".webp", "image/webp" }, { ".txt", "text/plain; charset=utf-8" },
        { ".webmanifest", "application/manifest+json" },
    };
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t m = strlen(types[i].end);
        if (n >= m && !strcmp(path + n - m, types[i].end)) return types[i].type;
    }
    return "application/octet-stream";
}

static uint64_t hash(const unsigned char *p, size_t n) /* FNV-1a: an ETag tells versions apart, it guards nothing */
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * UINT64_C(1099511628211);
    return h;
}

static void print(FILE *out)
{
    fprintf(out, "/* Made by tools/embed.c from ui/dist. */\n#include \"web/assets.h\"\n");
    for (int i = 0; i < file_count; i++) {
        const struct file *f = &files[i];
        const unsigned char *p = f->packed_len ? f->packed : f->plain;
        size_t n = f->packed_len ? f->packed_len : f->len;
        fprintf(out, "static const unsigned char f%d[] = {", i);
        for (size_t k = 0; k < n; k++) fprintf(out, k % 32 ? "%d," : "\n%d,", p[k]);
        fprintf(out, "%s};\n", n ? "" : "0");
    }
    fprintf(out, "const struct asset assets[] = {\n");
    for (int i = 0; i < file_count; i++) {
        const struct file *f = &files[i];
        fprintf(out, "    { \"%s\", \"%s\", f%d, %zu, %zu, \"\\\"%016llx\\\"\", %s },\n", f->path, type_of(f->path), i,
                f->packed_len ? f->packed_len : f->len, f->packed_len ? f->len : 0, (unsigned long long)hash(f->plain, f->len),
                strncmp(f->path, "/assets/", 8) ? "false" : "true");
    }
    fprintf(out, "};\nconst int asset_count = %d;\n", file_count);
}

int main(int argc, char **argv)
{
    if (argc != 3) { fprintf(stderr, "usage: embed DIST OUT.c\n"); return 2; }
    bool page = false;
    walk(argv[1], "");
    for (int i = 0; i < file_count; i++) page = page || !strcmp(files[i].path, "/index.html");
    if (!page) {
        file_count = 0;
        unsigned char *copy = malloc(sizeof no_page);
        if (!copy) return 1;
        memcpy(copy, no_page, sizeof no_page);
        add("/index.html", copy, sizeof no_page - 1);
    }
    qsort(files, (size_t)file_count, sizeof files[0], by_path);
    char *text = NULL;
    size_t len = 0, old_len;
    FILE *memory = open_memstream(&text, &len);
    if (!memory) die("no memory for", argv[2]);
    print(memory);
    if (fclose(memory)) die("no memory for", argv[2]);
    unsigned char *old = read_file(argv[2], &old_len);
    if (old && old_len == len && !memcmp(old, text, len)) return 0;
    FILE *out = fopen(argv[2], "wb");
    if (!out || fwrite(text, 1, len, out) != len || fclose(out)) die("cannot write", argv[2]);
    return 0;
}
