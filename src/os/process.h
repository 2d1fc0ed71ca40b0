/* The process among others: asked to stop, and showing a page to the person at the screen. */
#ifndef ZG_OS_PROCESS_H
#define ZG_OS_PROCESS_H
#include <stdbool.h>

/* From now on a write to a closed pipe or socket is an error value, not the end. */
void os_pipe_prepare(void);
/* Before any thread starts: SIGINT and SIGTERM wait for os_stop_wait. */
void os_stop_prepare(void);
/* Blocks until somebody asks the process to stop. */
void os_stop_wait(void);
/* Asks this process to stop; from any thread. */
void os_stop_now(void);
/* Opens a URL in the browser of a graphical session; false when there is no such session or no way to open one. */
bool os_show_url(const char *url);
#endif
