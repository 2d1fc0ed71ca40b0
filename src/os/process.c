#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include "os/process.h"

static sigset_t stop_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

void os_pipe_prepare(void) { signal(SIGPIPE, SIG_IGN); }

void os_stop_prepare(void)
{
    sigset_t set = stop_signals();

    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void os_stop_wait(void)
{
    sigset_t set = stop_signals();
    int which;

    while (sigwait(&set, &which) != 0) continue;
}

void os_stop_now(void) { kill(getpid(), SIGTERM); }

bool os_show_url(const char *url)
{
    char program[] = "xdg-open", *arguments[] = { program, NULL, NULL };
    const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    extern char **environ;
    posix_spawn_file_actions_t actions;
    pid_t pid;
    bool ok;

    if (!(x && *x) && !(wayland && *wayland)) return false;
    arguments[1] = (char *)(uintptr_t)url;
    if (posix_spawn_file_actions_init(&actions) != 0) return false;
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ok = posix_spawnp(&pid, program, &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    return ok;
}
