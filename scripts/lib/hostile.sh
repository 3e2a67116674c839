# shellcheck shell=bash
# `scripts/test --hostile`: all tests that need no engine, once under each condition that a developer's machine may have
# and CI does not. None of them may make a difference.
#
# A condition is a function `hostile_NAME COMMAND…` that runs the command under it; its first line describes it. It
# returns 77 if this machine cannot have that condition.

hostile_conditions=(ports proxies foreign_locale plain_locale tight_umask loose_umask space_in_path bare offline
  ordinary_user any_order one_by_one busy)

# PORT…: listens on all addresses, as a cluster on the documented ports does
hostile_hold='import socket, sys, time
held = []
for port in sys.argv[1:]:
    try:
        held.append(socket.create_server(("0.0.0.0", int(port))))
    except OSError as error:
        print(f"port {port} is already taken: {error}", file=sys.stderr)
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
  : proxies, a remote engine and our own variables in the environment
  env http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 \
    HTTPS_PROXY=http://127.0.0.1:9 ALL_PROXY=socks5://127.0.0.1:9 no_proxy= NO_PROXY= \
    DOCKER_HOST=tcp://192.0.2.1:2376 DOCKER_CONTEXT=nowhere COMPOSE_FILE=/nowhere.yml COMPOSE_PROJECT_NAME=foreign \
    PRISMA_HOME=/nowhere PRISMA_CLI_NAME=foreign PRISMA_CLI_OUTPUT=json PRISMA_CLI_COLOR=always PRISMA_CLI_CLUSTER=foreign \
    PRISMA_COMPOSE=/nowhere NO_COLOR=1 CI=true TERM=dumb "$@"
}

hostile_foreign_locale() {
  : Turkish letters, Nepalese time
  env LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 LANGUAGE=tr TZ=Asia/Kathmandu "$@"
}

hostile_plain_locale() {
  : no locale, the easternmost time zone
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

hostile_space_in_path() {
  : a space in the path of the temporary folder
  local folder result=0
  folder=$(mktemp -d "${TMPDIR:-/tmp}/prisma hostile.XXXXXX")
  TMPDIR=$folder "$@" || result=$?
  rm -rf "$folder"
  return $result
}

hostile_bare() {
  : no home, no docker, only PATH in the environment
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
  : an ordinary user
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
  : shuffled
  RUSTC_BOOTSTRAP=1 "$@" -Zunstable-options --shuffle
}

hostile_one_by_one() {
  : one test at a time
  "$@" --test-threads=1
}

hostile_busy() {
  : a busy machine
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

# hostile_about CONDITION: its description
hostile_about() { declare -f "hostile_$1" | sed -n '3s/^ *: \(.*\);$/\1/p'; }

# hostile_step CONDITION COMMAND…: shows only the failures
hostile_step() {
  local condition=$1 log started result=0
  shift
  log=$(mktemp)
  started=$(date +%s%N)
  head_line "$(hostile_about "$condition")"
  "hostile_$condition" "$@" >"$log" 2>&1 || result=$?
  case $result in
    0) step_passed "$(hostile_about "$condition")" "$started" ;;
    77) step_skipped "$(hostile_about "$condition")" 'this machine cannot have that condition' ;;
    *)
      sed -n '/^failures:$/,$p' "$log" >&2
      [ -s "$log" ] || warn 'the tests printed nothing'
      grep -q '^failures:$' "$log" || show_end "$log" 20
      step_failed "$(hostile_about "$condition")" "$started" \
        "$(grep -c '\.\.\. FAILED' "$log") tests failed, exit status $result"
      ;;
  esac
  rm -f "$log"
}

# hostile_steps [CONDITION…] [-- ARGUMENT…]: all conditions, or the named ones; passes the arguments to the tests
hostile_steps() {
  local condition program conditions=()
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case " ${hostile_conditions[*]} " in
      *" $1 "*) conditions+=("$1") ;;
      *) die "\`$1\` is not a condition; choose from \`${hostile_conditions[*]}\`" ;;
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
