# What ./start and ./check share: packages, the page, the program; each step is shown with the time it took.
# Sourced by bash at the root of the repository. Steps that find nothing to do take some ten milliseconds each.

began=$(date +%s%N)
logs=build/log

elapsed() { local ms=$((($(date +%s%N) - began) / 1000000)); printf '%4d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }
say() { printf '[%s] %s\n' "$(elapsed)" "$*"; }

# run_step LOG TEXT COMMAND...: runs it with its output in build/log/LOG.log; shows that time passes; on failure shows the end.
run_step() {
    local log="$logs/$1.log" text=$2 start pid seconds rc=0
    shift 2
    mkdir -p "$logs"
    start=$(date +%s)
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    trap 'kill $pid 2>/dev/null; exit 130' INT TERM
    [ -t 1 ] || say "$text ..."
    while kill -0 "$pid" 2>/dev/null; do
        seconds=$(($(date +%s) - start))
        if [ -t 1 ]; then
            printf '\r\033[K[%s] %s ... %d s' "$(elapsed)" "$text" "$seconds"
        elif [ "$seconds" -gt 0 ] && [ $((seconds % 30)) -eq 0 ]; then
            say "$text ... still at it after $seconds s"
            sleep 1
        fi
        sleep 0.05
    done
    wait "$pid" || rc=$?
    trap - INT TERM
    [ ! -t 1 ] || printf '\r\033[K'
    seconds=$(($(date +%s) - start))
    if [ "$rc" -eq 0 ]; then say "$text: done in $seconds s"; else say "$text: FAILED after $seconds s, see $log"; fi
    return "$rc"
}

fail_step() { # LOG: shows the end of a log and leaves
    tail -n 25 "$logs/$1.log" >&2
    exit 1
}

# wanted_packages [test]: names from tools/packages.txt
wanted_packages() {
    if [ "${1:-}" = test ]; then sed -n 's/^\([a-z0-9][^ ]*\) .*/\1/p' tools/packages.txt
    else sed -n '/# test:/d; s/^\([a-z0-9][^ ]*\) .*/\1/p' tools/packages.txt; fi
}

node_is_new_enough() {
    command -v node >/dev/null && command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]
}

missing_packages() {
    local have name
    have=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ')"
    for name in $(wanted_packages "${1:-}"); do
        case $name in
        nodejs|npm) if node_is_new_enough; then continue; fi ;;
        # two mail servers cannot be installed at once; the tests of e-mail are skipped beside another one
        exim4-daemon-light) if [ -e /usr/sbin/sendmail ] && [ ! -e /usr/sbin/exim4 ]; then continue; fi ;;
        esac
        case $have in *" $name "*) ;; *) printf '%s ' "$name" ;; esac
    done
}

# Tests start their own servers. Those that come with a package do not start when it is installed, nor at the next boot.
services_quiet() { # root or sudo
    [ ! -e /usr/sbin/policy-rc.d ] || return 0
    printf '#!/bin/sh\nexit 101\n' | "$@" install -m 755 /dev/stdin /usr/sbin/policy-rc.d
    trap '"${root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
}
services_off() { # PACKAGES, root or sudo
    local name missing=" $1 "
    shift
    for name in nginx:nginx exim4-daemon-light:exim4 kannel:kannel; do
        case $missing in *" ${name%:*} "*) "$@" update-rc.d "${name#*:}" disable >/dev/null 2>&1 || true ;; esac
    done
    if [ -d /run/systemd/system ]; then
        case $missing in *" exim4-daemon-light "*) "$@" systemctl disable --now exim4-base.timer >/dev/null 2>&1 || true ;; esac
    fi
}

# setup_packages [test]
setup_packages() {
    local missing
    root=()
    if ! command -v dpkg-query >/dev/null; then
        echo "Zhanggui is built on Debian 12; here is no dpkg. Install what tools/packages.txt lists, then run: meson setup build && ninja -C build" >&2
        exit 1
    fi
    missing=$(missing_packages "${1:-}")
    [ -n "$missing" ] || return 0
    echo "Debian packages to install, and why:"
    for name in $missing; do grep "^$name " tools/packages.txt | sed 's/^/    /'; done
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            printf 'To install them you must be root, and there is no sudo. As root, run:\n    apt-get update && apt-get install -y --no-install-recommends %s\nthen start again.\n' "$missing" >&2
            exit 1
        fi
        sudo -v || { echo "sudo said no; as root, run: apt-get install -y --no-install-recommends $missing" >&2; exit 1; }
        root=(sudo)
    fi
    # A test needs PostgreSQL's programs, not a server that runs all the time.
    if [[ " $missing" == *" postgresql-15 "* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
        "${root[@]}" mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | "${root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    services_quiet "${root[@]}"
    run_step apt-update "Debian's package lists" "${root[@]}" apt-get update || fail_step apt-update
    # shellcheck disable=SC2086
    run_step apt-install "Debian packages" "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing ||
        fail_step apt-install
    services_off "$missing" "${root[@]}"
    if [ -n "$(trap -p EXIT)" ]; then
        "${root[@]}" rm -f /usr/sbin/policy-rc.d
        trap - EXIT
    fi
}

hash_of() { find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

# The page: built again only when a source or the lock file changed.
setup_page() {
    local lock sources
    lock=$(hash_of ui/package-lock.json)
    if [ "$(cat ui/node_modules/.zg-lock 2>/dev/null)" != "$lock" ]; then
        run_step npm-ci "npm packages of the page" npm --prefix ui ci --include=dev --no-audit --no-fund || fail_step npm-ci
        echo "$lock" >ui/node_modules/.zg-lock
    fi
    sources=$(find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
    if [ ! -e ui/dist/index.html ] || [ "$(cat ui/dist/.zg-sources 2>/dev/null)" != "$sources" ]; then
        run_step page "the page" npm --prefix ui run build || fail_step page
        echo "$sources" >ui/dist/.zg-sources
    fi
}

# setup_program DIR NINJA-TARGET [MESON OPTION...]: "all" also builds the tests
setup_program() {
    local dir=$1 target=$2
    shift 2
    if [ ! -e "$dir/build.ninja" ]; then
        run_step "setup-${dir##*/}" "the build in $dir" meson setup "$dir" "$@" || fail_step "setup-${dir##*/}"
    elif [ "$target" = all ] && [ ! -e "$dir/.zg-tests" ]; then
        # built by ./start before the packages of the tests were there
        run_step "setup-${dir##*/}" "the build in $dir" meson setup --reconfigure "$dir" "$@" || fail_step "setup-${dir##*/}"
    fi
    [ "$target" != all ] || touch "$dir/.zg-tests"
    run_step "compile-${dir##*/}" "the program in $dir" ninja -C "$dir" "$target" || fail_step "compile-${dir##*/}"
}
