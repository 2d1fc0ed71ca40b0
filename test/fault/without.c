/* Runs a program as on a kernel without Landlock, seccomp or both:  without landlock,seccomp PROGRAM ARGUMENT..
 *
 * By a filter that answers the calls which would put up these walls as such a kernel does. Nothing in the program knows of it. */
#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int refuse(scmp_filter_ctx f, const char *what)
{
    int r = 0;
    if (strstr(what, "landlock")) r |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(landlock_create_ruleset), 0);
    if (strstr(what, "seccomp")) {
        r |= seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0);
        r |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, SCMP_A0_32(SCMP_CMP_EQ, PR_SET_SECCOMP));
        r |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1, SCMP_A0_32(SCMP_CMP_EQ, PR_GET_SECCOMP));
    }
    if (strstr(what, "broken")) r |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(landlock_restrict_self), 0); /* there, but it fails */
    return r;
}

int main(int argc, char **argv)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (argc < 3 || !f || refuse(f, argv[1]) != 0 || seccomp_load(f) != 0) {
        fprintf(stderr, "without: the filter cannot be made\n");
        return 125;
    }
    seccomp_release(f);
    execv(argv[2], argv + 2);
    perror(argv[2]);
    return 125;
}
