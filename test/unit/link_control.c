/* One of each thing that base and core must not reach; the link check has to find them all. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

int link_control(int n);

static void *idle(void *arg) { return arg; }

int link_control(int n)
{
    static int calls;               /* .bss */
    static _Thread_local int seed = 7; /* .tdata */
    struct timespec t;
    pthread_t thread;
    calls += n;
    seed += calls;
    void *volatile p = malloc((size_t)n);
    FILE *f = fopen("/dev/null", "r");
    int sum = (int)time(NULL) + clock_gettime(CLOCK_REALTIME, &t) + open("/dev/null", O_RDONLY) + socket(AF_INET, SOCK_STREAM, 0)
              + rand() + (int)getrandom(p, 1, 0) + pthread_create(&thread, NULL, idle, NULL) + seed;
    if (f) (void)fclose(f);
    return sum + (getenv("HOME") != NULL);
}
