/* A process of our own that does one thing for us: started with one end of a socket, a file and a spill, and nothing else. */
#ifndef ZG_OS_CHILD_H
#define ZG_OS_CHILD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The descriptors that the child has, beside standard error; standard input and output are closed. */
enum { CHILD_WIRE = 3, CHILD_FILE = 4, CHILD_SPILL = 5 };

struct child_plan {
    const char *program;   /* "/proc/self/exe" is the running program, also when its file has been replaced */
    const char *word;      /* its only argument */
    int file, spill;       /* -1: none. Stay the caller's */
};
struct child { long pid; int wire; };
/* False and errno. The child has none of our descriptors, signals in their first state, none of our environment but
 * LD_LIBRARY_PATH; being asked to stop (INT, TERM, HUP) is ours to act on, not the child's. */
bool child_start(const struct child_plan *plan, struct child *ret);

/* Reads what is there, at least a byte: its count; 0 when the child has closed; -1 on an error, CHILD_LATE when nothing came in time. */
enum { CHILD_LATE = -2 };
ssize_t child_read(const struct child *c, void *buf, size_t cap, int wait_ms);
/* Writes as much as goes now, at least a byte: its count; -1 when the child is gone, CHILD_LATE when it did not read in time. */
ssize_t child_write(const struct child *c, const void *buf, size_t len, int wait_ms);

struct child_end { bool exited /* by itself, with `code` */; int code; int signal /* that ended it; 0: none */; bool by_us; int64_t peak_bytes; };
/* Closes the wire and reaps. A child that has not ended within wait_ms is killed. *ret may be NULL. */
void child_finish(struct child *c, int wait_ms, struct child_end *ret);

/* ---- in the child ---- */
/* First thing: ends with its parent, also when that is killed. */
void child_begin(void);
#endif
