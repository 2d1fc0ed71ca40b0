/* The desk's commands from a shell, for tests that need no page and no command line: JSON in the wire's form on standard output,
 * one line for each progress that is durable, the last line for the end.
 *
 *   desk_drive DB init KEY | import KEY FILE.. | resume ID | undo ID | backup TO | restore FROM | serve (until stdin ends) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "desk/commands.h"
#include "desk/wire.h"
#include "os/os.h"

static int64_t peak_kib(void)
{
    char line[256];
    int64_t kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) kib = strtoll(line + 6, NULL, 10);
    if (f) fclose(f);
    return kib;
}

static void print(json_t *what)
{
    json_dumpf(what, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(what);
}

static void progress(void *ctx, const struct import_figures *f)
{
    (void)ctx;
    print(json_pack("{s:o}", "progress", wire_of_figures(f)));
}

static int end(enum desk_result r, const struct desk_message *m, const struct import_figures *f)
{
    json_t *o = wire_of_end(r, m);
    if (f) json_object_set_new(o, "figures", wire_of_figures(f));
    json_object_set_new(o, "peak_kib", json_integer(peak_kib()));
    print(o);
    return r == DESK_DONE ? 0 : 1;
}

static int run(const struct env *env, struct desk *d, int n, char **args)
{
    static struct import_figures f;
    struct desk_message m = { 0 };
    const char *verb = args[0];
    (void)env;
    if (strcmp(verb, "init") == 0 && n == 2) {
        const struct shop_new s = { text_from_cstr(args[1]), TEXT("shop"), TEXT("tmall"), TEXT("CNY"), TEXT("Asia/Shanghai"), TEXT("CN"), false };
        return end(desk_shop_create(d, &s, 0, &m), &m, NULL);
    }
    if (strcmp(verb, "import") == 0 && n >= 3) {
        const struct import_ask a = { .store = text_from_cstr(args[1]), .paths = (const char *const *)(args + 2), .count = n - 2, .as_of_ms = INSTANT_NONE };
        const enum desk_result r = desk_import(d, &a, progress, NULL, &f, &m);
        return end(r, &m, &f);
    }
    if ((strcmp(verb, "resume") == 0 || strcmp(verb, "undo") == 0) && n == 2) {
        const enum desk_result r = (verb[0] == 'r' ? desk_import_resume : desk_import_undo)(d, strtoll(args[1], NULL, 10), 0, progress, NULL, &f, &m);
        return end(r, &m, &f);
    }
    if (strcmp(verb, "backup") == 0 && n == 2) {
        int64_t bytes = 0;
        return end(desk_backup(d, args[1], &bytes, &m), &m, NULL);
    }
    if (strcmp(verb, "serve") == 0) {
        char byte;
        print(json_pack("{s:s}", "serving", desk_path(d)));
        while (read(0, &byte, 1) > 0) {}
        return 0;
    }
    fprintf(stderr, "desk_drive DB init KEY | import KEY FILE.. | resume ID | undo ID | backup TO | restore FROM | serve\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct env env;
    struct desk_message m = { 0 };
    if (argc < 3 || !os_env_init(&env)) return 2;
    int code;
    env.importer = getenv("ZG_TEST_IMPORTER") ? getenv("ZG_TEST_IMPORTER") : TEST_IMPORTER;
    if (strcmp(argv[2], "restore") == 0 && argc == 4) {
        const enum desk_result r = desk_restore(&env, argv[1], argv[3], &m);
        code = end(r, &m, NULL);
    } else {
        const bool serve = strcmp(argv[2], "serve") == 0;
        struct desk *d = desk_open(&env, argv[1], serve ? DESK_SERVE : DESK_COMMAND, serve || strcmp(argv[2], "init") == 0, &m);
        code = d ? run(&env, d, argc - 2, argv + 2) : end(DESK_FAILED, &m, NULL);
        desk_close(d);
    }
    os_env_release(&env);
    return code;
}
