/* Runs a fuzz target on files and on all files of folders, without a fuzzer: replay PATH...  Fails when there is no file. */
#include <dirent.h>
#include <string.h>
#include "fuzz.h"

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return -1;
    size_t room = 1 << 22, n;
    uint8_t *data = malloc(room);
    FUZZ_CHECK(data != NULL);
    n = fread(data, 1, room, f);
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that a byte too far is seen */
    FUZZ_CHECK(exact != NULL);
    memcpy(exact, data, n);
    free(data);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 1;
}

static int replay(const char *path)
{
    DIR *d = opendir(path);
    if (!d) return replay_file(path);
    int files = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char inside[4096];
        if (e->d_name[0] == '.' || snprintf(inside, sizeof inside, "%s/%s", path, e->d_name) >= (int)sizeof inside) continue;
        int n = replay_file(inside);
        FUZZ_CHECK(n >= 0);
        files += n;
    }
    closedir(d);
    return files;
}

int main(int argc, char **argv)
{
    int files = 0;
    for (int i = 1; i < argc; i++) {
        int n = replay(argv[i]);
        if (n < 0) fprintf(stderr, "replay: cannot read %s\n", argv[i]);
        files += n > 0 ? n : 0;
    }
    fprintf(stderr, "%d files replayed\n", files);
    return files > 0 ? 0 : 1;
}
