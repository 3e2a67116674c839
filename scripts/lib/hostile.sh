# shellcheck shell=bash
# What `scripts/test --hostile` runs: all tests that need no engine, once under each of the conditions that a
# developer's machine may have and CI has not. None of them may make a difference.
#
# A condition is a function `hostile_NAME COMMAND…` that runs the command under it; its first line says what it is
# for people. One that this machine cannot have says so and returns 77.

hostile_conditions=(ports proxies foreign_locale plain_locale tight_umask loose_umask blank_in_path bare offline
  ordinary_user any_order one_by_one busy)

# `FAMILY PORT…`: held by a process that listens on all addresses, as a cluster on the documented ports does
hostile_hold='import socket, sys, time
held = []
for port in sys.argv[1:]:
    try:
        held.append(socket.create_server(("0.0.0.0", int(port))))
    except OSError as error:
        print(f"port {port} is held already: {error}", file=sys.stderr)
print("held", flush=True)
time.sleep(86400)'

hostile_ports() {
  : other programs on the documented ports
  local holder result=0
  exec 3< <(exec /usr/bin/python3 -c "$hostile_hold" 4466 4467 3366 3367 3306 5432)
  holder=$!
  read -r -u 3 _
  "$@" || result=$?
  kill "$holder"
  exec 3<&-
  return $result
}

hostile_proxies() {
  : proxies, an engine elsewhere and flags of ours in the environment
  env http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 \
    HTTPS_PROXY=http://127.0.0.1:9 ALL_PROXY=socks5://127.0.0.1:9 no_proxy= NO_PROXY= \
    DOCKER_HOST=tcp://192.0.2.1:2376 DOCKER_CONTEXT=nowhere COMPOSE_FILE=/nowhere.yml COMPOSE_PROJECT_NAME=foreign \
    PRISMA_HOME=/nowhere PRISMA_NAME=foreign PRISMA_OUTPUT=json PRISMA_COLOR=always PRISMA_CLUSTER=foreign \
    PRISMA_COMPOSE=/nowhere NO_COLOR=1 CI=true TERM=dumb "$@"
}

hostile_foreign_locale() {
  : Turkish letters, Nepalese time
  env LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 LANGUAGE=tr TZ=Asia/Kathmandu "$@"
}

hostile_plain_locale() {
  : no locale, the time zone that is furthest ahead
  env -u LANG LC_ALL=C TZ=Pacific/Kiritimati "$@"
}

hostile_tight_umask() {
  : umask 077
  (umask 077 && "$@")
}

hostile_loose_umask() {
  : umask 002
  (umask 002 && "$@")
}

hostile_blank_in_path() {
  : a blank in the path of the temporary folder
  local folder result=0
  folder=$(mktemp -d "${TMPDIR:-/tmp}/prisma hostile.XXXXXX")
  TMPDIR=$folder "$@" || result=$?
  rm -rf "$folder"
  return $result
}

hostile_bare() {
  : no home, no docker, nothing in the environment but PATH
  env -i PATH=/usr/bin:/bin ${PRISMA_TEST_SKIPS:+PRISMA_TEST_SKIPS="$PRISMA_TEST_SKIPS"} \
    ${hostile_temporary:+TMPDIR="$hostile_temporary"} "$@"
}

hostile_offline() {
  : no network and no IPv6
  can_root || return 77
  # shellcheck disable=SC2016
  as_root unshare --net -- sh -ec '
    ip link set lo up
    sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.lo.disable_ipv6=1
    exec "$@"' sh "$@"
}

hostile_ordinary_user() {
  : somebody who is not root
  is_root || return 77
  local folder result=0
  folder=$(mktemp -d "${TMPDIR:-/tmp}/prisma-hostile.XXXXXX")
  chown 65534:65534 "$folder"
  env HOME=/nonexistent TMPDIR="$folder" PRISMA_TEST_SKIPS="$folder/skips" \
    setpriv --reuid=65534 --regid=65534 --clear-groups "$@" || result=$?
  cat "$folder/skips" >>"${PRISMA_TEST_SKIPS:-/dev/null}" 2>/dev/null || true
  rm -rf "$folder"
  return $result
}

hostile_any_order() {
  : in any order
  RUSTC_BOOTSTRAP=1 "$@" -Zunstable-options --shuffle
}

hostile_one_by_one() {
  : one after the other
  "$@" --test-threads=1
}

hostile_busy() {
  : a machine that is busy with other things
  local load=() result=0
  for _ in $(seq $((4 * $(nproc)))); do
    (while :; do :; done) &
    load+=("$!")
  done
  "$@" || result=$?
  kill "${load[@]}"
  wait "${load[@]}" 2>/dev/null || true
  return $result
}

# hostile_about CONDITION: what it is for people
hostile_about() { declare -f "hostile_$1" | sed -n '3s/^ *: \(.*\);$/\1/p'; }

# Runs as a step: keeps quiet about what holds, shows what failed and how.
hostile_step() {
  local condition=$1 log started result=0
  shift
  log=$(mktemp)
  started=$(date +%s%N)
  head_line "$(hostile_about "$condition")"
  "hostile_$condition" "$@" >"$log" 2>&1 || result=$?
  case $result in
    0) step_passed "$(hostile_about "$condition")" "$started" ;;
    77) step_skipped "$(hostile_about "$condition")" 'not on this machine' ;;
    *)
      sed -n '/^failures:$/,$p' "$log" >&2
      [ -s "$log" ] || warn 'it said nothing'
      grep -q '^failures:$' "$log" || show_end "$log" 20
      step_failed "$(hostile_about "$condition")" "$started" \
        "$(grep -c '\.\.\. FAILED' "$log") tests failed, exit status $result"
      ;;
  esac
  rm -f "$log"
}

# hostile_steps [CONDITION…] [-- ARGUMENT…]: all conditions, or those that are named; arguments go to the tests
hostile_steps() {
  local condition program conditions=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case " ${hostile_conditions[*]} " in
      *" $1 "*) conditions+=("$1") ;;
      *) die "\`$1\` is no condition: name some of \`${hostile_conditions[*]}\`" ;;
    esac
    shift
  done
  if [ "${1:-}" = -- ]; then shift; fi
  [ ${#conditions[@]} -gt 0 ] || conditions=("${hostile_conditions[@]}")
  step 'build of the tests' cargo test --locked --no-run --test it
  program=$(cargo test --locked --no-run --test it --message-format json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/it-[^"]*\)".*/\1/p' | tail -n 1)
  [ -x "$program" ] || die 'the tests were not built'
  for condition in "${conditions[@]}"; do hostile_step "$condition" "$program" "$@"; done
}
