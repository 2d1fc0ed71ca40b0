/* Opening what a verb works on: the database for reading, the desk for writing, the store that is meant. Each says on failure
 * why, in one sentence, and the verb only passes the exit code on. */
#ifndef ZG_CLI_OPEN_H
#define ZG_CLI_OPEN_H
#include "cli/cli.h"
#include "desk/commands.h"
#include "store/store.h"

/* A read-only connection to --db; false: said so. */
bool open_reader(struct cli *c, struct store *ret);
/* The store that --store names, or the only one; not CLI_DONE: said so. */
enum cli_exit open_shop(struct cli *c, struct store *reader, struct shop *ret);
/* The desk of --db for a writing verb, its own or, beside a running desk, through that one; NULL: said so.
 * `create`: the database is made where there is none, and its directory too. */
struct desk *open_desk(struct cli *c, bool create);
/* Who takes persons out of a desk stands in its audit first, through a running desk if there is one; a copy has none that counts. False: said
 * why it cannot be. */
bool note_taken(struct cli *c, const struct taken_ask *ask);
/* Makes the directories of a path, readable by their owner only; a failure shows when the file is opened. */
void make_directories(const char *path);
/* Tells on standard error each import that a crash or a full disk left half-way: what stands, how to go on or back. */
void tell_interrupted(struct cli *c);
/* Says on standard error what is missing between the world and the process that reads files; silent when nothing is. */
struct importer_walls;
void tell_walls(struct cli *c, const struct importer_walls *w);
void tell_walls_here(struct cli *c); /* of a process that this one would start */
enum cli_exit fail_desk(struct cli *c, const struct desk_message *m);
enum cli_exit fail_store(struct cli *c, struct store *s);
#endif
