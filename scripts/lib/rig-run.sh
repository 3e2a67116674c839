# shellcheck shell=bash
# Running something in a rig: as which user, with which variables, and removing the rig when it ends.

# the user who called: the tests run as them, only the rig itself needs root
rig_user=$(id -u) rig_group=$(id -g) rig_environment=''

# rig_become_root SCRIPT ARGUMENT...: as root, remembers the caller; otherwise starts itself again through sudo. That
# clears the environment, so it is passed in a private file and not in the argument list.
rig_become_root() {
  if is_root; then return; fi
  can_root || die 'the rig needs root, or `sudo` without a password: Docker Engine runs as root'
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

# --- cleaning up ---------------------------------------------------------------------------------------------------

# from here on, the rigs of this script are removed when it ends, however it ends
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
  for rig in "${rigs[@]}"; do
    rig_name "$rig"
    rig_destroy &
  done
  wait
  rig_hand_over
  exit "$result"
}

# gives the caller what root made in their work tree
rig_hand_over() {
  if [ "$rig_user" != 0 ] && [ -d "$target" ]; then
    chown "$rig_user:$rig_group" "$target"
    local folder
    for folder in "$cache" "$target/standin"; do
      if [ -d "$folder" ]; then chown -R "$rig_user:$rig_group" "$folder"; fi
    done
  fi
}

# --- running -------------------------------------------------------------------------------------------------------

# the programs that the tests call
rig_scripts() {
  rig_entrance "$rig_state/enter" "$rig"
  rig_entrance "$rig_state/away" "$rig-away"
  cat >"$rig_state/restart" <<SCRIPT
#!/bin/sh
# restarts the engine of this rig; returns when it answers again
CARGO_TARGET_DIR='$target' exec '$root/scripts/rig' restart --rig '$rig'
SCRIPT
  chmod 755 "$rig_state/restart"
}

# rig_entrance FILE NETWORK: a program that runs a command in that network, as its caller and with its caller's
# environment. Only entering needs root.
rig_entrance() {
  cat >"$1" <<SCRIPT
#!/bin/bash
# runs a command in the network $2
enter=(nsenter --net=/run/netns/$2 --)
if [ "\$EUID" = 0 ]; then exec "\${enter[@]}" "\$@"; fi
mapfile -d '' environment </proc/\$\$/environ
exec sudo -n -- "\${enter[@]}" setpriv --reuid=$rig_user --regid=$rig_group --init-groups -- env -i "\${environment[@]}" "\$@"
SCRIPT
  chmod 755 "$1"
}

# What the tests need to know. The rig's network leads nowhere, and cargo need not try.
rig_variables() {
  local name folders=''
  # a kept rig is not removed here
  for name in "${rigs[@]:-$rig}"; do folders=$folders:$rig_parent/$name; done
  printf '%s\n' "PRISMA_TEST_RIG=${folders#:}" "DOCKER_HOST=unix://$rig_state/docker.sock" \
    "PRISMA_TEST_REGISTRY=$rig_registry" CARGO_NET_OFFLINE=true
  rig_away_variables
  if [ -n "${PRISMA_TEST_COMPOSE_V1:-}" ]; then printf '%s\n' "PRISMA_TEST_COMPOSE_V1=$PRISMA_TEST_COMPOSE_V1"; fi
  if [ -n "${PRISMA_TEST_COMPOSE_V2:-}" ]; then printf '%s\n' "PRISMA_TEST_COMPOSE_V2=$PRISMA_TEST_COMPOSE_V2"; fi
}

# Runs the command in the network of the selected rig as the caller, and exits with its status. In the background, so
# that this script reacts to a signal at once; still in the terminal's foreground group, so that Ctrl-C and typing
# reach the command.
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
  nsenter --net="/run/netns/$rig" -- "${command[@]}" <&0 &
  child=$!
  trap 'rig_forward INT 130' INT
  trap 'rig_forward TERM 143' TERM HUP
  wait "$child" || result=$?
  exit "$result"
}

# A terminal has sent Ctrl-C to the child already; any other signal is passed on. The child has ten seconds to end.
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
