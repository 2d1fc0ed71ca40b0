/* Runs a program and says last on standard error how long it took and the peak of its largest process:  peak PROGRAM ARGUMENT..
 *
 * A small program for it, because a process counts the memory of the one that it was forked from. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct timespec began, ended;
    struct rusage used;
    int status = 0;
    if (argc < 2) return 125;
    (void)clock_gettime(CLOCK_MONOTONIC, &began);
    const pid_t pid = fork();
    if (pid == 0) {
        execv(argv[1], argv + 1);
        _exit(125);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid) return 125;
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    fprintf(stderr, "\npeak %.3f s %ld KiB\n", (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9, used.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
