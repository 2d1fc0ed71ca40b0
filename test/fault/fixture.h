/* What the fault tests stand on: a directory of their own, a desk's database on the disk in memory, and a file of orders to import. */
#ifndef ZG_TEST_FAULT_FIXTURE_H
#define ZG_TEST_FAULT_FIXTURE_H
#include "desk/commands.h"
#include "os/os.h"

enum { FAULT_PATH = 96, FAULT_FILE_ROWS = 1500, FAULT_BAD_ROW_EVERY = 29 };
struct fault_place {
    struct env env;                     /* the real world, but with the disk in memory under SQLite */
    char directory[64], base[FAULT_PATH], path[FAULT_PATH], csv[FAULT_PATH];
    struct shop shop;                   /* "s", in base */
};
void fault_die(const char *what, const char *why);
void fault_path(const struct fault_place *p, const char *name, char ret[FAULT_PATH]);
void fault_place_make(struct fault_place *p);       /* base holds the schema and a shop; path is where a test copies it to */
void fault_place_remove(struct fault_place *p);
#endif
