/* The importer for tests that are not the whole program: importer_child, as it is.
 *
 * A file that begins with "zg-try WORD" has it try, in the importer's place and behind its walls, what the word says; that is how
 * the walls are tested (test/unit/desk_importer_test.c). Nothing of this is in the shipped program.
 * "zg-try-rows WORD" waits until some thousand rows are read. Built a second time with ZG_WITHOUT_WALLS: the control, where every try succeeds. What succeeded is told by a byte in the file named
 * by the rest of the line: "zg-try open /tmp/x/mark". */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "desk/importer.h"
#include "desk/importer_pack.h"
#include "os/child.h"

enum { ROWS_FRAMES = 20 };
struct attempt { const char *word; void (*run)(const char *mark); };

/* What was tried went through: said on standard error, and where there are no walls by a file. */
static void mark(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0 && write(fd, "!", 1) == 1) (void)close(fd);
}

static void went_through(const char *path)
{
    dprintf(STDERR_FILENO, "went through\n");
    mark(path);
}

static void try_open(const char *path)
{
    const int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) went_through(path);
}

static void try_create(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) went_through(path);
}

static void try_unlink(const char *path)
{
    char other[512];
    (void)snprintf(other, sizeof other, "%s.there", path);
    if (unlink(other) == 0) went_through(path);
}

/* The port stands in the mark's name: mark-PORT. */
static void try_connect(const char *path)
{
    const char *dash = strrchr(path, '-');
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(dash ? dash + 1 : "0", NULL, 10)) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0) went_through(path);
}

static void try_unix(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s.sock", path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0) went_through(path);
}

static void try_execve(const char *path)
{
    char program[] = "/bin/sh", c[] = "-c", command[600], *argv[] = { program, c, command, NULL }, *environment[] = { NULL };
    (void)snprintf(command, sizeof command, "echo ! > '%s'", path);
    (void)execve(program, argv, environment);
}

static void try_fork(const char *path)
{
    const pid_t pid = fork();
    if (pid == 0) _exit(0);
    if (pid > 0 && waitpid(pid, NULL, 0) == pid) went_through(path);
}

static void try_ptrace(const char *path)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0) went_through(path);
}

/* Signal 0: may it be sent at all? */
static void try_kill(const char *path)
{
    if (kill(getppid(), 0) == 0) went_through(path);
}

static void try_run_memory(const char *path)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED) went_through(path);
}

/* Not even its own file by another way. */
static void try_own(const char *path)
{
    if (open("/proc/self/fd/4", O_RDONLY | O_CLOEXEC) >= 0) went_through(path);
}

/* What is open in it; the numbers go to standard error. */
static void try_descriptors(const char *path)
{
    (void)path;
    for (int fd = 0; fd < 32; fd++)
        if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF) dprintf(STDERR_FILENO, "descriptor %d\n", fd);
}

static void try_crash(const char *path)
{
    (void)path;
    (void)raise(SIGSEGV);
    __builtin_trap();
}

static void try_abort(const char *path)
{
    (void)path;
    abort();
}

static void try_hang(const char *path)
{
    (void)path;
    for (volatile unsigned i = 0;; i = i + 1) {}
}

/* More than it may have: half a GiB, touched. */
static void try_memory(const char *path)
{
    const size_t size = (size_t)512 * 1024 * 1024;
    char *p = malloc(size);
    if (!p) _exit(IMPORTER_EXIT_NO_MEMORY);
    for (size_t i = 0; i < size; i += 4096) p[i] = 1;
    went_through(path);
}

static void say(const void *bytes, size_t n)
{
    if (write(CHILD_WIRE, bytes, n) != (ssize_t)n) _exit(1);
}

static void try_nonsense(const char *path)
{
    (void)path;
    for (;;) say("nonsense, nonsense, nonsense, nonsense", 39);
}

static void try_huge_frame(const char *path)
{
    (void)path;
    const struct frame_head head = { UINT32_MAX, SAID_PARTS };
    say(&head, sizeof head);
    pause();
}

static const struct attempt attempts[] = {
    { "open", try_open }, { "create", try_create }, { "unlink", try_unlink }, { "connect", try_connect }, { "unix", try_unix },
    { "execve", try_execve }, { "fork", try_fork }, { "ptrace", try_ptrace }, { "kill", try_kill }, { "run-memory", try_run_memory },
    { "own", try_own }, { "descriptors", try_descriptors }, { "crash", try_crash }, { "abort", try_abort }, { "hang", try_hang },
    { "memory", try_memory }, { "nonsense", try_nonsense }, { "huge-frame", try_huge_frame },
};

/* Does what the file's first line says behind this word. */
static void obey(int file, const char *verb)
{
    char line[512] = "";
    const ssize_t n = pread(file, line, sizeof line - 1, 0);
    char *end = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;
    if (!end || strncmp(line, verb, strlen(verb)) != 0) return;
    *end = '\0';
    char *word = line + strlen(verb), *path = strchr(word, ' ');
    if (path) *path++ = '\0';
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        if (strcmp(word, attempts[i].word) == 0) attempts[i].run(path ? path : "");
}

static void started(int file) { obey(file, "zg-try "); }

static void rows_sent(int file)
{
    static int frames;
    if (++frames == ROWS_FRAMES) obey(file, "zg-try-rows ");
}

int main(int argc, char **argv)
{
#ifdef ZG_WITHOUT_WALLS
    const struct importer_child_test test = { started, rows_sent, true };
#else
    const struct importer_child_test test = { started, rows_sent, false };
#endif
    return argc == 2 && strcmp(argv[1], IMPORTER_WORD) == 0 ? importer_child(&test) : 2;
}
