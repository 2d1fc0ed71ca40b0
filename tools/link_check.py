#!/usr/bin/env python3
"""Proves by linked symbols that base and core reach no clock, file, socket, allocator or randomness, and keep no state.

usage: link_check.py NM OBJDUMP CONTROL.a LIBRARY.a ... -- OTHER.a ...

What a library needs from outside stands in its undefined symbols: all that are not defined by one of the libraries together
must be on the list below.  Writable data (.data, .bss, thread-local) would be hidden state: there must be none.
The other libraries (all but os) may allocate and write files through what they are given, but have no clock and no randomness of
their own: those come through struct env, or a test could not rule them.
CONTROL is a library with one of each forbidden thing; a check that does not catch them all proves nothing and fails.
"""
import re
import subprocess
import sys

ALLOWED = set("""
memchr memcmp memcpy memmove memset strlen memrchr memmem
vsnprintf snprintf
exp log log1p expm1 pow sqrt floor ceil fabs fmod round lround llround nearbyint ldexp frexp modf
sin cos tan atan atan2 tgamma lgamma_r erf erfc cbrt hypot fmin fmax trunc isnan isinf
qsort bsearch
__assert_fail __stack_chk_fail _GLOBAL_OFFSET_TABLE_
__memcpy_chk __memmove_chk __memset_chk __vsnprintf_chk __snprintf_chk
""".split())
# What the sanitizers, coverage and the fuzzer add to every object; they come from the build, not from the source.
FROM_BUILD = re.compile(r"^(__asan_|__ubsan_|__lsan_|__tsan_|__sanitizer_|__gcov_|__llvm_|__sancov_|llvm_gcov)")
STATE = re.compile(r"^\s*\d+\s+(\.(?:data|bss|tdata|tbss)(?:\.\S*)?)\s+([0-9a-f]+)")

OS_ONLY = re.compile(r"^(time|times|clock|clock_gettime|clock_getres|gettimeofday|ftime|localtime(_r)?|gmtime|mktime|timespec_get|rand|rand_r|srand|random|"
                     r"srandom|[dlm]rand48|getrandom|getentropy|arc4random\w*|randombytes\w*|uuid_generate\w*)$")

CONTROL_MUST_SHOW = {"malloc", "time", "clock_gettime", "fopen", "open", "socket", "rand", "getrandom", "getenv", "pthread_create"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(nm, libraries):
    defined, wanted = set(), {}
    for library in libraries:
        member = library
        for line in run(nm, library).splitlines():
            if line.endswith(":"):
                member = line[:-1]
                continue
            words = line.split()
            if len(words) < 2:
                continue
            kind, name = words[-2], words[-1].split("@")[0]
            if kind in "Uwv":
                wanted.setdefault(name, set()).add(member)
            else:
                defined.add(name)
    return {name: who for name, who in wanted.items() if name not in defined}


def forbidden(nm, libraries):
    return {n: who for n, who in symbols(nm, libraries).items() if n not in ALLOWED and not FROM_BUILD.match(n)}


def state(objdump, libraries):
    """Writable sections that are not empty.  .data.rel.ro holds constant tables of pointers: read-only once loaded."""
    found = []
    for library in libraries:
        member = library
        for line in run(objdump, "-h", library).splitlines():
            if "file format" in line:
                member = line.split(":")[0]
            m = STATE.match(line)
            if m and int(m[2], 16) > 0 and not m[1].startswith(".data.rel.ro"):
                found.append(f"{member}: {m[1]} has {int(m[2], 16)} bytes")
    return found


def main():
    nm, objdump, control, libraries = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    others = libraries[libraries.index("--") + 1:]
    libraries = libraries[:libraries.index("--")]
    missed = CONTROL_MUST_SHOW - {re.sub(r"64$", "", n) for n in forbidden(nm, [control])}  # open is open64 in some builds
    if missed:
        sys.exit(f"link-check: the control's calls are not caught: {sorted(missed)}")
    if {n for n in symbols(nm, [control]) if OS_ONLY.match(n)} != {"time", "clock_gettime", "rand", "getrandom"}:
        sys.exit("link-check: the control's clock and randomness are not told from the rest")
    if len(state(objdump, [control])) < 2:
        sys.exit("link-check: the control's hidden state is not caught")
    sanitized = any(FROM_BUILD.match(n) for n in symbols(nm, libraries))
    bad = forbidden(nm, libraries)
    for name, who in sorted(bad.items()):
        print(f"link-check: {name} is reached by {', '.join(sorted(who))}")
    hidden = [] if sanitized else state(objdump, libraries)  # sanitizers add their own data
    for line in hidden:
        print(f"link-check: hidden state: {line}")
    own = {n: who for n, who in symbols(nm, others).items() if OS_ONLY.match(n)}
    for name, who in sorted(own.items()):
        print(f"link-check: {name} belongs to os and is reached by {', '.join(sorted(who))}")
    if bad or hidden or own:
        return 1
    print(f"link-check: {len(libraries)} libraries need only {', '.join(sorted(n for n in symbols(nm, libraries) if n in ALLOWED))}")
    print(f"link-check: {len(others)} others have no clock and no randomness of their own")
    return 0


sys.exit(main())
