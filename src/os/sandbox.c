/* See sandbox.h. Landlock has no library in Debian 12: its three calls are made here, with its numbers, as they are part of the
 * kernel's interface and newer than the headers at hand. */
#include "os/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- limits ---- */

/* A sanitizer's shadow takes terabytes of address space. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { ADDRESS_SPACE_COUNTS = 0 };
#else
enum { ADDRESS_SPACE_COUNTS = 1 };
#endif

/* At `most`; the hard limit lies `beyond` it, so that a signal can tell of the soft one. A limit that is lower already stays. */
static bool limit(int which, int64_t most, int64_t beyond)
{
    struct rlimit r;
    if (getrlimit((__rlimit_resource_t)which, &r) != 0) return false;
    if (r.rlim_cur > (rlim_t)most) r.rlim_cur = (rlim_t)most;
    if (r.rlim_max > (rlim_t)(most + beyond)) r.rlim_max = (rlim_t)(most + beyond);
    return setrlimit((__rlimit_resource_t)which, &r) == 0;
}

/* Bytes of address space that this process has now. */
static int64_t address_space(void)
{
    char text[64];
    int64_t pages = 0;
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0) (void)close(fd);
    for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++) pages = pages * 10 + (text[i] - '0');
    return pages * sysconf(_SC_PAGESIZE);
}

static bool set_limits(const struct sandbox_plan *p)
{
    enum { DESCRIPTORS = 32 };
    const int64_t now = address_space();
    if (now <= 0) return false;
    signal(SIGXFSZ, SIG_IGN); /* a write too far is an error value */
    return limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_NOFILE, DESCRIPTORS, 0) && limit(RLIMIT_NPROC, 0, 0) &&
           (p->cpu_s == 0 || limit(RLIMIT_CPU, p->cpu_s, 1)) && (p->file_bytes == 0 || limit(RLIMIT_FSIZE, p->file_bytes, 0)) &&
           (p->memory_bytes == 0 || !ADDRESS_SPACE_COUNTS || limit(RLIMIT_AS, now + p->memory_bytes, 0)) &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* ---- Landlock ---- */

/* As the kernel has them, up to version 7; an older kernel is told less. */
struct ruleset { uint64_t fs, net, scoped; };
enum { FS_RIGHTS_1 = 13, FS_RIGHTS_2 = 14 /* + refer */, FS_RIGHTS_3 = 15 /* + truncate */, FS_RIGHTS_5 = 16 /* + ioctl of devices */ };
enum { NET_BIND_AND_CONNECT = 3, SCOPE_SOCKETS_AND_SIGNALS = 3 };

static uint64_t fs_rights(int abi)
{
    const int count = abi >= 5 ? FS_RIGHTS_5 : abi >= 3 ? FS_RIGHTS_3 : abi == 2 ? FS_RIGHTS_2 : FS_RIGHTS_1;
    return (UINT64_C(1) << count) - 1;
}

static bool landlock(int *ret_abi)
{
    const int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *ret_abi = 0;
    if (abi < 0) return errno == ENOSYS || errno == EOPNOTSUPP; /* not built in, or off since boot */
    const struct ruleset rules = { fs_rights(abi), NET_BIND_AND_CONNECT, SCOPE_SOCKETS_AND_SIGNALS };
    const size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof rules.fs : sizeof rules.fs;
    const int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    const bool ok = fd >= 0 && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    if (fd >= 0) (void)close(fd);
    if (ok) *ret_abi = abi;
    return ok;
}

/* ---- seccomp ---- */

/* Calls without a look at their arguments. Memory is mapped only without a right to run it, see below. */
static bool allow_plain(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(close),
        SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
        SCMP_SYS(getrandom), SCMP_SYS(restart_syscall), SCMP_SYS(sysinfo), /* glibc's qsort asks how much memory there is */
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const int r = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
        if (r != 0 && r != -EDOM) return false; /* EDOM: this machine has no such call */
    }
    return true;
}

static bool allow_some(scmp_filter_ctx f)
{
    const scmp_datum_t me = (scmp_datum_t)getpid();
    return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                            SCMP_A3_32(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2_32(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0_32(SCMP_CMP_EQ, me)) == 0 && /* abort() */
           seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0) == 0 &&      /* "is this a terminal?" */
           seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(newfstatat), 0) == 0;   /* stdio does without */
}

/* Not in this kernel, or kept from us as if it were not. */
static bool is_absent(int error) { return error == EINVAL || error == ENOSYS; }

static bool seccomp(bool *ret_on)
{
    *ret_on = false;
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) return is_absent(errno);
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!f) return false;
    int loaded = -EINVAL;
    const bool made = seccomp_attr_set(f, SCMP_FLTATR_API_SYSRAWRC, 1) == 0 && allow_plain(f) && allow_some(f);
    if (made) loaded = seccomp_load(f);
    seccomp_release(f);
    *ret_on = loaded == 0;
    return made && (loaded == 0 || is_absent(-loaded));
}

bool sandbox_enter(const struct sandbox_plan *plan, struct sandbox_state *ret, const char **ret_failed)
{
    *ret = (struct sandbox_state){ 0 };
    *ret_failed = "limits";
    if (!set_limits(plan)) return false;
    *ret_failed = "Landlock";
    if (!landlock(&ret->landlock_abi)) return false;
    *ret_failed = "seccomp";
    return seccomp(&ret->seccomp);
}
