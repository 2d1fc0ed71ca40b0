/*~ Welcome. This is the whole program, from the top; the comments that begin with a tilde are a tour.
 *
 * Zhanggui takes the order exports of a small online shop and tells its people what to do now: whom to remind to pay, whom to
 * leave alone, what to pick next, what sold and why. ARCHITECTURE.md is the map; this is the way in. */
#include <string.h>
#include "cli/cli.h"
#include "desk/importer.h"
#include "os/os.h"
#include "os/process.h"

int main(int argc, char **argv)
{
    /*~ 1. The world. Clock, disk, network, randomness, memory and time zones stand behind one struct (src/base/env.h).
     * src/os fills it with the real ones, and nothing else in src may touch them; tests fill it with their own. */
    struct env env;
    int exit;

    /*~ 0. Not always a desk: a seller's file is read by this program started once more, which shuts itself in first and then has
     * nothing but that file and a socket to the desk (src/desk/importer.h, src/os/sandbox.h). */
    if (argc == 2 && strcmp(argv[1], IMPORTER_WORD) == 0) return importer_child(NULL);

    /*~ 2. A closed pipe is a failed write. Being asked to stop is left to the verbs: serve waits for it and closes in order
     * (src/cli/serve_cmd.c); the others may end at any moment, and that is safe: what was acknowledged is on the disk. */
    os_pipe_prepare();
    if (!os_env_init(&env)) return CLI_COULD_NOT;
    env.importer = "/proc/self/exe";

    /*~ 3. The words. src/cli/verbs.c has one table of verbs: it drives dispatch, --help and the suggestions for a word that is
     * not known. Each verb is one file (src/cli/today_cmd.c). From there the arrows all point one way:
     *
     *   a reading verb    asks src/desk/answer_*.c, which loads facts (src/store), asks the pure core (src/core) what they mean,
     *                     and gives the answer with its reason in words;
     *   a writing verb    hands a command to src/desk/commands.h: beside a running desk it goes through that desk's socket,
     *                     else it holds the lock itself; either way one thread writes (src/desk/writer.c);
     *   serve and demo    open a desk and put the web server before it (src/web); the page itself is ui/, built into the binary.
     *
     * A file that is imported takes the longest way: src/intake, in a process apart, reads bytes into typed claims, row by row,
     * and sets bad rows aside; src/store keeps each claim as an event and folds all claims of an order, in whatever order they came
     * (src/core/order), into its present state and the counters. */
    exit = (int)cli_main(&env, argc, (const char *const *)argv);

    /*~ 4. And out: 0 done, 1 could not, 2 wrong use. */
    os_env_release(&env);
    return exit;
}
