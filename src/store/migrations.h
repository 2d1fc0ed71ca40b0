/* The schema, as one append-only list; a released entry never changes. */
#ifndef ZG_STORE_MIGRATIONS_H
#define ZG_STORE_MIGRATIONS_H
#include <stdbool.h>
struct migration {
    const char *name;   /* "0001 merchant" */
    const char *sql;    /* one statement, common to SQLite and PostgreSQL */
    bool clustered;     /* rows live in their primary key: SQLite gets " WITHOUT ROWID" appended */
};
extern const struct migration migrations[];
extern const int migration_count;
#endif
