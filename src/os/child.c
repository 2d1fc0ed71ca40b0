/* See child.h. */
#include "os/child.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* ---- start ---- */

enum { ABOVE = 16 }; /* copies lie above every number that the child uses, so that no dup2 hits another's source */

static bool plan_signals(posix_spawnattr_t *attr)
{
    sigset_t mask, defaults;
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGHUP);
    sigfillset(&defaults);
    return posix_spawnattr_setsigmask(attr, &mask) == 0 && posix_spawnattr_setsigdefault(attr, &defaults) == 0 &&
           posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

static bool plan_descriptors(posix_spawn_file_actions_t *a, const int from[3])
{
    static const int to[3] = { CHILD_WIRE, CHILD_FILE, CHILD_SPILL };
    if (posix_spawn_file_actions_addclose(a, STDIN_FILENO) != 0 || posix_spawn_file_actions_addclose(a, STDOUT_FILENO) != 0) return false;
    for (int i = 0; i < 3; i++) {
        const int r = from[i] >= 0 ? posix_spawn_file_actions_adddup2(a, from[i], to[i]) : posix_spawn_file_actions_addclose(a, to[i]);
        if (r != 0) return false;
    }
    return posix_spawn_file_actions_addclosefrom_np(a, CHILD_SPILL + 1) == 0;
}

static bool spawn(const struct child_plan *plan, const int from[3], long *ret_pid)
{
    char *arguments[] = { (char *)(uintptr_t)plan->program, (char *)(uintptr_t)plan->word, NULL };
    char *environment[] = { NULL, NULL };
    for (char **e = environ; e && *e; e++)
        if (strncmp(*e, "LD_LIBRARY_PATH=", 16) == 0) environment[0] = *e;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    pid_t pid = 0;
    int r = posix_spawn_file_actions_init(&actions);
    if (r == 0) {
        r = posix_spawnattr_init(&attr);
        if (r == 0) {
            r = plan_signals(&attr) && plan_descriptors(&actions, from) ? posix_spawn(&pid, plan->program, &actions, &attr, arguments, environment) : ENOMEM;
            posix_spawnattr_destroy(&attr);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    *ret_pid = pid;
    errno = r;
    return r == 0;
}

bool child_start(const struct child_plan *plan, struct child *ret)
{
    int wire[2] = { -1, -1 }, from[3] = { -1, -1, -1 };
    bool ok = false;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wire) != 0) return false;
    from[0] = fcntl(wire[1], F_DUPFD_CLOEXEC, ABOVE);
    if (plan->file >= 0) from[1] = fcntl(plan->file, F_DUPFD_CLOEXEC, ABOVE);
    if (plan->spill >= 0) from[2] = fcntl(plan->spill, F_DUPFD_CLOEXEC, ABOVE);
    if (from[0] >= 0 && (plan->file < 0 || from[1] >= 0) && (plan->spill < 0 || from[2] >= 0)) ok = spawn(plan, from, &ret->pid);
    const int error = errno;
    for (int i = 0; i < 3; i++)
        if (from[i] >= 0) (void)close(from[i]);
    (void)close(wire[1]);
    if (ok) ret->wire = wire[0];
    else (void)close(wire[0]);
    errno = error;
    return ok;
}

/* ---- talk ---- */

ssize_t child_read(const struct child *c, void *buf, size_t cap, int wait_ms)
{
    for (;;) {
        struct pollfd p = { .fd = c->wire, .events = POLLIN };
        const int ready = poll(&p, 1, wait_ms);
        if (ready == 0) return CHILD_LATE;
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return -1;
        const ssize_t n = recv(c->wire, buf, cap, 0);
        if (n < 0 && errno == EINTR) continue;
        return n < 0 && errno == ECONNRESET ? 0 : n;
    }
}

ssize_t child_write(const struct child *c, const void *buf, size_t len, int wait_ms)
{
    for (;;) {
        struct pollfd p = { .fd = c->wire, .events = POLLOUT };
        const int ready = poll(&p, 1, wait_ms);
        if (ready == 0) return CHILD_LATE;
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return -1;
        const ssize_t n = send(c->wire, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0 || (errno != EINTR && errno != EAGAIN)) return n;
    }
}

/* ---- end ---- */

enum { LOOK_EVERY_MS = 2 };

void child_finish(struct child *c, int wait_ms, struct child_end *ret)
{
    struct child_end end = { 0 };
    struct rusage used = { 0 };
    int status = 0;
    pid_t got = 0;
    (void)close(c->wire);
    for (int waited_ms = 0; waited_ms < wait_ms; waited_ms += LOOK_EVERY_MS) {
        got = wait4((pid_t)c->pid, &status, WNOHANG, &used);
        if (got != 0 && !(got < 0 && errno == EINTR)) break;
        nanosleep(&(struct timespec){ .tv_nsec = LOOK_EVERY_MS * 1000000L }, NULL);
    }
    if (got != (pid_t)c->pid) {
        end.by_us = true;
        (void)kill((pid_t)c->pid, SIGKILL);
        do got = wait4((pid_t)c->pid, &status, 0, &used);
        while (got < 0 && errno == EINTR);
    }
    if (got == (pid_t)c->pid && WIFEXITED(status)) {
        end.exited = true;
        end.code = WEXITSTATUS(status);
    }
    if (got == (pid_t)c->pid && WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    end.peak_bytes = (int64_t)used.ru_maxrss * 1024;
    c->wire = -1;
    c->pid = 0;
    if (ret) *ret = end;
}

void child_begin(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}
