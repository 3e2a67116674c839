# shellcheck shell=bash
# Running something against a rig: who it runs as, what it is told, and that the rig goes when it ends.

# the user who called: the tests run as them, only the rig itself needs root
rig_user=$(id -u) rig_group=$(id -g) rig_environment=''

# rig_become_root SCRIPT ARGUMENT...: as root, takes note of the caller; else starts itself again through sudo, which
# clears the environment: that goes along in a private file, not in the argument list.
rig_become_root() {
  if is_root; then return; fi
  can_root || die 'the rig needs root, or a `sudo` without password: Docker Engine runs as root'
  local file=''
  if [ "$2" = run ]; then
    file=$(mktemp)
    export -p >"$file"
  fi
  exec sudo -n -- env PATH="$PATH" PRISMA_RIG_CALLER="$rig_user:$rig_group:$file" CARGO_TARGET_DIR="$target" \
    bash "$@"
}

if is_root && [ -n "${PRISMA_RIG_CALLER:-}" ]; then
  IFS=: read -r rig_user rig_group rig_environment <<<"$PRISMA_RIG_CALLER"
  unset PRISMA_RIG_CALLER
fi

# --- teardown ------------------------------------------------------------------------------------------------------

# from here on the rig goes when this script ends, however it ends
rig_guard() {
  trap rig_guarded_exit EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

rig_unguard() { trap - EXIT INT TERM HUP; }

rig_guarded_exit() {
  local result=$?
  trap '' INT TERM HUP
  trap - EXIT
  policy_restore
  if [ -n "$rig_environment" ]; then rm -f "$rig_environment"; fi
  if [ -n "${rig_state:-}" ] && [ "$rig" = "prisma-rig-$$" ]; then
    rig_destroy
    say "rig \`$rig\` is removed"
  fi
  rig_hand_over
  exit "$result"
}

# what root made in the caller's work tree is the caller's
rig_hand_over() {
  if [ "$rig_user" != 0 ] && [ -d "$target" ]; then
    chown "$rig_user:$rig_group" "$target"
    local folder
    for folder in "$cache" "$target/standin"; do
      if [ -d "$folder" ]; then chown -R "$rig_user:$rig_group" "$folder"; fi
    done
  fi
}

# --- images --------------------------------------------------------------------------------------------------------

rig_images() {
  local build=$root/tests/standin/build needs started
  if [ ! -x "$build" ]; then
    warn 'no stand-in images: `tests/standin/build` is not there'
    return
  fi
  started=$(date +%s%N)
  mapfile -t needs < <("$build" --needs)
  mapfile -t needs < <(packages_missing "${needs[@]}")
  packages_install --quiet-services "${needs[@]}"
  DOCKER_HOST=unix://$rig_state/docker.sock "$build" mysql postgres prisma >&2 || die 'the stand-in images could not be built'
  say "stand-in images are in the rig after $(since "$started")"
}

# --- running -------------------------------------------------------------------------------------------------------

rig_restart_script() {
  cat >"$rig_state/restart" <<SCRIPT
#!/bin/sh
# restarts the engine of this rig; returns when it answers again
CARGO_TARGET_DIR='$target' exec '$root/scripts/rig' restart --rig '$rig'
SCRIPT
  chmod 755 "$rig_state/restart"
}

# what the tests are told; no way leads out of the rig's network, and cargo need not try one
rig_variables() {
  printf '%s\n' PRISMA_TEST_RIG=1 "DOCKER_HOST=unix://$rig_state/docker.sock" \
    "PRISMA_TEST_REGISTRY=$rig_registry" "PRISMA_TEST_RIG_RESTART=$rig_state/restart" CARGO_NET_OFFLINE=true
  rig_away_variables
  if [ -n "${PRISMA_TEST_COMPOSE_V1:-}" ]; then printf '%s\n' "PRISMA_TEST_COMPOSE_V1=$PRISMA_TEST_COMPOSE_V1"; fi
  if [ -n "${PRISMA_TEST_COMPOSE_V2:-}" ]; then printf '%s\n' "PRISMA_TEST_COMPOSE_V2=$PRISMA_TEST_COMPOSE_V2"; fi
}

# Runs the command inside the rig's network as the caller, and ends with its status. In the background, so that a
# signal is acted on at once; still in the terminal's foreground group, so that Ctrl-C and typing reach it.
rig_run() {
  local variables command result=0
  mapfile -t variables < <(rig_variables)
  command=(env --default-signal=INT --default-signal=QUIT -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY -u DOCKER_CERT_PATH
    "${variables[@]}" "$@")
  if [ "$rig_user" != 0 ]; then
    # shellcheck disable=SC2016
    command=(setpriv --reuid="$rig_user" --regid="$rig_group" --init-groups --
      bash -c '. "$0"; rm -f "$0"; exec "$@"' "$rig_environment" "${command[@]}")
  fi
  rig_restart_script
  rig_away_script
  nsenter --net="/run/netns/$rig" -- "${command[@]}" <&0 &
  child=$!
  trap 'rig_forward INT 130' INT
  trap 'rig_forward TERM 143' TERM HUP
  wait "$child" || result=$?
  exit "$result"
}

# From a terminal the child has its Ctrl-C already; otherwise it is passed on. Ten seconds to end by itself.
rig_forward() {
  local turn
  trap '' INT TERM HUP
  if [ "$1" != INT ]; then kill -s "$1" "$child" 2>/dev/null || true; fi
  for turn in $(seq 100); do
    kill -0 "$child" 2>/dev/null || break
    if [ "$1" = INT ] && [ "$turn" = 10 ]; then kill -s INT "$child" 2>/dev/null || true; fi
    sleep 0.1
  done
  if kill -0 "$child" 2>/dev/null; then
    disown "$child"
    kill -9 "$child" 2>/dev/null || true
  fi
  exit "$2"
}
