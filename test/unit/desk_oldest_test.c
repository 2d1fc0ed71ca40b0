/* The oldest files of a folder: all of them come up in the order of their age, however many there are, and what is no file to be taken keeps none from being seen. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "desk/oldest.h"

enum { FILES = 1000, EMPTY = 300, FOLDERS = 300 };
static char directory[64];
static struct oldest o;

static const char *path_of(const char *kind, int i)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s%d", directory, kind, i);
    return path;
}

static int age_of(int i) { return i * 617 % FILES; } /* another order than that of names and of making */

static void begin(void)
{
    memcpy(directory, "/tmp/zg-oldest-XXXXXX", sizeof "/tmp/zg-oldest-XXXXXX");
    cr_assert(mkdtemp(directory));
    for (int i = 0; i < FOLDERS; i++) cr_assert_eq(mkdir(path_of("folder", i), 0700), 0);
    for (int i = 0; i < EMPTY + FILES; i++) {
        const bool empty = i < EMPTY;
        const int fd = open(path_of(empty ? "empty" : "f", empty ? i : i - EMPTY), O_CREAT | O_WRONLY | O_EXCL, 0600);
        const struct timespec times[2] = { { 0, 0 }, { empty ? 1 : 1000000 + age_of(i - EMPTY) / 2, 0 } }; /* two of each time: then by name */
        cr_assert(fd >= 0 && (empty || write(fd, "x", 1) == 1) && futimens(fd, times) == 0);
        close(fd);
    }
}

static void end(void)
{
    for (int i = 0; i < FOLDERS; i++) rmdir(path_of("folder", i));
    for (int i = 0; i < EMPTY; i++) unlink(path_of("empty", i));
    for (int i = 0; i < FILES; i++) unlink(path_of("f", i));
    unlink(path_of("half.part", 0));
    rmdir(directory);
}
TestSuite(oldest, .init = begin, .fini = end, .timeout = 60);

static bool wanted(const char *name) { return strstr(name, ".part") == NULL; }

Test(oldest, all_come_up_by_their_age)
{
    int taken = 0, rounds = 0;
    char last[OLDEST_NAME_BYTES] = "";
    int64_t last_ns = 0;
    const int fd = open(path_of("half.part", 0), O_CREAT | O_WRONLY, 0600);
    cr_assert(write(fd, "x", 1) == 1);
    close(fd);
    while (oldest_files(directory, wanted, &o) && o.count > 0) {
        cr_assert_eq(o.more, FILES - taken > OLDEST_MAX);
        for (int i = 0; i < o.count; i++, taken++) {
            const struct oldest_file *f = &o.files[i];
            cr_assert(f->name[0] == 'f', "%s", f->name);
            cr_assert(f->changed_ns > last_ns || (f->changed_ns == last_ns && strcmp(f->name, last) > 0), "%s after %s", f->name, last);
            last_ns = f->changed_ns;
            snprintf(last, sizeof last, "%s", f->name);
            char path[400];
            snprintf(path, sizeof path, "%s/%s", directory, f->name);
            unlink(path);
        }
        rounds++;
    }
    cr_expect_eq(taken, FILES);
    cr_expect_eq(rounds, (FILES + OLDEST_MAX - 1) / OLDEST_MAX);
    cr_expect_not(oldest_files("/nowhere/at/all", wanted, &o));
    cr_expect_eq(o.count, 0);
}
