#!/usr/bin/env bash
# CPU per request of HTTP servers that give the same small JSON answer, in one run: each is loaded by `wrk -t1 -c64`
# over loopback, its user and system ticks read from /proc before and after. Prints one line per server and round.
# Usage: measure.sh SECONDS ROUNDS DIR, where DIR holds the built peers (see meson.build) and node_modules/fastify.
set -eu
seconds=${1:-4} rounds=${2:-5} dir=${3:-.}
here=$(cd "$(dirname "$0")" && pwd)
hz=$(getconf CLK_TCK)
pids=()
trap 'for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done' EXIT

ticks() { # of a process and its children
  local total=0 p t
  for p in "$1" $(pgrep -P "$1" || true); do
    t=$(sed 's/.*) //' "/proc/$p/stat" | awk '{ print $12 + $13 }'); total=$((total + t))
  done
  echo "$total"
}
names=() ports=() procs=()
serve() { # name port command..
  local name=$1 port=$2; shift 2
  "$@" >/dev/null 2>&1 & pids+=($!); names+=("$name"); ports+=("$port"); procs+=($!)
}
cat > "$dir/nginx.conf" <<CONF
worker_processes 2; pid $dir/nginx.pid; daemon off; error_log /dev/null;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; server { listen 127.0.0.1:18205 reuseport;
  location /healthz { default_type "application/json; charset=utf-8"; add_header Cache-Control no-store;
    return 200 '{"status":"ok","version":"0.1.0","sqlite":"3.40.1","feeds":[]}'; } } }
CONF
serve microhttpd 18201 "$dir/mhd" 18201
serve microhttpd-thread-per-connection 18206 "$dir/mhd" 18206 poll
serve h2o 18202 "$dir/h2o" 18202
serve evhttp 18203 "$dir/evhttp" 18203
serve nginx 18205 nginx -p "$dir" -c "$dir/nginx.conf"
[ -d "$dir/node_modules/fastify" ] && serve fastify 18204 node "$dir/fastify.mjs" 18204
[ -n "${ZHANGGUI_PORT:-}" ] && { names+=(zhanggui); ports+=("$ZHANGGUI_PORT"); procs+=("$ZHANGGUI_PID"); }
sleep 2
for round in $(seq "$rounds"); do
  for i in "${!names[@]}"; do
    before=$(ticks "${procs[$i]}")
    out=$(wrk -t1 -c64 -d"${seconds}s" "http://127.0.0.1:${ports[$i]}/healthz")
    after=$(ticks "${procs[$i]}")
    n=$(echo "$out" | awk '/requests in/ { print $1 }')
    bad=$(echo "$out" | awk '/Non-2xx|Socket errors/ { print }')
    awk -v r="$round" -v name="${names[$i]}" -v t=$((after - before)) -v hz="$hz" -v n="$n" -v s="$seconds" -v bad="$bad" \
      'BEGIN { printf "%d %-34s %8.2f us/request %9.0f requests/s %s\n", r, name, t / hz * 1e6 / n, n / s, bad }'
  done
done
