/* Taking away from this process what it does not need, for good, before it reads what a stranger made.
 *
 * Each wall stands by itself, so that a kernel without one still has the others:
 *   limits     address space, processor time, file size, descriptors, no core, no new privileges: everywhere;
 *   Landlock   no file by its name, no TCP port, no signal or abstract socket outside, as far as the kernel's version of it goes;
 *   seccomp    a list of system calls; any other one ends the process (SIGSYS). It can map memory, read and write what is open,
 *              and end; it can open nothing, not even what it could read. */
#ifndef ZG_OS_SANDBOX_H
#define ZG_OS_SANDBOX_H
#include <stdbool.h>
#include <stdint.h>

struct sandbox_plan {
    int64_t memory_bytes;            /* address space beyond what the process has now; 0: no limit */
    int64_t cpu_s, file_bytes;       /* processor time from its start; the greatest offset of a write; 0: no limit */
};
/* What stands. */
struct sandbox_state { int landlock_abi; /* 0: the kernel has none */ bool seccomp; };

/* False: the kernel has a wall that could not be put up, and *ret_failed names it: read nothing then. A wall that the kernel does
 * not have at all is no failure: *ret tells. One thread only; what is open stays open. */
bool sandbox_enter(const struct sandbox_plan *plan, struct sandbox_state *ret, const char **ret_failed);
#endif
