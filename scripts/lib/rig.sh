# shellcheck shell=bash
# A rig: a Docker engine for the tests, with a registry, in a network namespace of its own. It shares nothing with
# the engine of this machine: not the socket, the data, the bridge, the firewall rules or the containerd. Several
# rigs can be up at the same time and share nothing with each other either.
#
# Everything that belongs to a rig is named `prisma-rig-PID-NUMBER` after the process that made it: the folder
# /run/prisma-rig-PID-NUMBER (a short path: sockets have a limit of 108 bytes), its data folder, the namespace, the
# control groups. So anyone can recognise a rig whose maker was killed, and remove it.
#
#   /run/prisma-rig-PID-NUMBER/
#     owner       `PID STARTTIME` of its maker, or `kept` after `scripts/rig up`
#     checkout    the work tree it belongs to
#     data        path of the data folder (images, volumes, registry): in memory if there is room
#     enter  away  restart                programs for the tests: see rig-run.sh
#     docker.sock  docker.pid  daemon.json  dockerd.log  exec/
#     registry.yml  registry.log

rig_parent=/run
rig_registry=127.0.0.1:5000
# KiB that one rig may need: images, a registry with copies of them, the data of several databases
rig_memory_needed=$((3 * 1024 * 1024))
# the rigs of this process
rigs=()

rig_packages() {
  engine_packages
  packages_missing iproute2
  ssh_packages
  # shellcheck disable=SC2046
  packages_missing $("$root/tests/standin/build" --needs)
}

# why no rig can run here; prints nothing if one can
rig_obstacle() {
  if [ "$(uname -s)" != Linux ]; then
    printf 'not Linux'
  elif ! can_root; then
    printf 'installing and running Docker Engine needs root'
  elif engine_missing && ! has_apt; then
    printf 'Docker Engine is not installed, and there is no apt-get to install it'
  fi
}

rig_install() {
  local names
  mapfile -t names < <(rig_packages)
  packages_install --quiet-services "${names[@]}"
}

# sets rig and rig_state
rig_name() {
  rig=$1
  rig_state=$rig_parent/$1
}

rig_docker() { DOCKER_HOST=unix://$rig_state/docker.sock timeout "${1}" docker "${@:2}"; }

# --- creating ------------------------------------------------------------------------------------------------------

# rigs_create NUMBER: creates that many at the same time, and selects the first
rigs_create() {
  local number job jobs=() failed=''
  rig_remove_leftovers
  # fetched once, before all of them need it
  rig_registry_program >/dev/null || die 'the package sources have no `docker-registry`'
  for number in $(seq "$1"); do
    rig_name "prisma-rig-$$-$number"
    rigs+=("$rig")
    rig_create "$1" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || failed=yes; done
  [ -z "$failed" ] || exit 1
  rig_name "${rigs[0]}"
}

# rig_create OF: one of so many
rig_create() {
  mkdir -p "$rig_state"
  chmod 755 "$rig_state"
  printf '%s %s\n' "$$" "$(process_start "$$")" >"$rig_state/owner"
  printf '%s\n' "$root" >"$rig_state/checkout"
  rig_data_folder "$1" >"$rig_state/data"
  mkdir -p "$(cat "$rig_state/data")"/{docker,registry}
  ip netns add "$rig"
  # loopback and no route: a connection to anywhere else fails at once and is not waited for
  ip -n "$rig" link set lo up
  rig_away_create
  rig_scripts
  rig_registry_start
  rig_engine_config
  rig_engine_start
  rig_images
}

rig_data_folder() {
  local free memory needed=$((rig_memory_needed * $1))
  free=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)
  memory=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
  if [ "${free:-0}" -ge "$needed" ] && [ "${memory:-0}" -ge "$needed" ] &&
    ! grep -qs ' /dev/shm [^ ]*noexec' /proc/self/mountinfo; then
    printf '/dev/shm/%s\n' "$rig"
  else
    printf '%s/%s\n' "$target" "$rig"
  fi
}

# The distribution's registry as a program only: its package would start it on port 5000 of this machine.
rig_registry_program() {
  local program
  for program in "$(command -v docker-registry)" "$cache/registry/usr/bin/docker-registry"; do
    if [ -x "$program" ]; then
      printf '%s\n' "$program"
      return
    fi
  done
  say "downloading \`docker-registry\` into \`$cache/registry\`"
  packages_lists_once
  apt_unpack "$cache/registry" docker-registry && printf '%s\n' "$program"
}

rig_registry_start() {
  local program data
  data=$(cat "$rig_state/data")
  program=$(rig_registry_program)
  cat >"$rig_state/registry.yml" <<CONFIG
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $data/registry}, delete: {enabled: true}}
http: {addr: $rig_registry}
CONFIG
  nsenter --net="/run/netns/$rig" -- setsid "$program" serve "$rig_state/registry.yml" \
    >"$rig_state/registry.log" 2>&1 </dev/null &
  disown
  local turn
  for turn in $(seq 100); do
    if nsenter --net="/run/netns/$rig" -- bash -c "exec 3<>/dev/tcp/${rig_registry/:/\/}" 2>/dev/null; then return; fi
    sleep 0.1
  done
  show_end "$rig_state/registry.log"
  die "the registry of rig \`$rig\` did not start within $((turn / 10)) s"
}

rig_engine_config() {
  printf '{"registry-mirrors": ["http://%s"]}\n' "$rig_registry" >"$rig_state/daemon.json"
}

# Starts the daemon and waits until it answers. In its own mount namespace /run/containerd and /etc/docker are empty:
# otherwise it would use the containerd and the configuration of this machine's own engine.
rig_engine_start() {
  local started data group turn
  data=$(cat "$rig_state/data")
  started=$(date +%s%N)
  group=$(id -g "${rig_user:-0}")
  # an engine that was killed leaves containers and pid files behind, and the next one would wait for them
  rig_kill rig_engine_processes
  rm -rf "$rig_state/exec" "$rig_state/docker.pid" "$rig_state/docker.sock"
  # shellcheck disable=SC2016
  nsenter --net="/run/netns/$rig" -- setsid unshare --mount --propagation slave -- sh -ec '
    for folder in /run/containerd /etc/docker; do
      mkdir -p "$folder"
      mount -t tmpfs -o mode=711 prisma-rig "$folder"
    done
    exec dockerd "$@"' sh \
    --config-file "$rig_state/daemon.json" \
    --host "unix://$rig_state/docker.sock" --group "$group" \
    --pidfile "$rig_state/docker.pid" --exec-root "$rig_state/exec" --data-root "$data/docker" \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$rig" --shutdown-timeout 5 \
    >>"$rig_state/dockerd.log" 2>&1 </dev/null &
  local launcher=$!
  disown
  for turn in $(seq 600); do
    if [ -S "$rig_state/docker.sock" ] && rig_docker 5 version >/dev/null 2>&1; then
      say "rig \`$rig\`: Docker Engine $(rig_docker 5 version --format '{{.Server.Version}}') is ready after $(since "$started")"
      return
    fi
    kill -0 "$launcher" 2>/dev/null || break
    sleep 0.1
  done
  show_end <(grep -v level=info "$rig_state/dockerd.log") 20
  if [ "$turn" -lt 600 ]; then
    die "the rig's \`dockerd\` ended; see its last lines above"
  fi
  die "the rig's \`dockerd\` did not answer within 60 s; see its last lines above"
}

rig_engine_stop() {
  local pid turn
  pid=$(cat "$rig_state/docker.pid" 2>/dev/null) || return 0
  process_is dockerd "$pid" || return 0
  kill "$pid"
  for turn in $(seq 200); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  warn "the rig's \`dockerd\` did not stop within $((turn / 10)) s: killing it"
  kill -9 "$pid"
}

rig_up() {
  local pid
  pid=$(cat "$rig_state/docker.pid" 2>/dev/null) && process_is dockerd "$pid"
}

# --- images --------------------------------------------------------------------------------------------------------

# The stand-in images, in the engine and in the registry.
rig_images() {
  local started
  started=$(date +%s%N)
  DOCKER_HOST=unix://$rig_state/docker.sock "$root/tests/standin/build" mysql postgres prisma >&2 ||
    die 'the stand-in images could not be built'
  rig_registry_fill
  say "rig \`$rig\`: the stand-in images are loaded after $(since "$started")"
}

# What the registry stores for the images is kept for the next rigs: pushing means compressing.
rig_registry_fill() {
  local images image stored kept
  stored=$(cat "$rig_state/data")/registry
  mapfile -t images < <(rig_docker 20 images --filter label=org.prisma-cli.stand-in --format '{{.Repository}}:{{.Tag}}' |
    grep -v '<none>' | sort)
  kept=$cache/registry-images-$(rig_docker 20 image inspect -f '{{.Id}}' "${images[@]}" | sha256sum | cut -c 1-16)
  mkdir -p "$cache"
  exec 9>"$cache/registry-images.lock"
  flock 9
  if [ ! -d "$kept" ]; then
    for image in "${images[@]}"; do rig_push "$image" || die "could not push \`$image\` to the rig's registry"; done
    rm -rf "$cache"/registry-images-*/
    cp -r "$stored" "$kept.new"
    mv "$kept.new" "$kept"
  fi
  exec 9>&-
  cp -r "$kept/." "$stored"
}

rig_push() {
  local name=$1 result=0
  case $name in */*) ;; *) name=library/$name ;; esac
  rig_docker 20 tag "$1" "$rig_registry/$name"
  rig_docker 120 push -q "$rig_registry/$name" >/dev/null || result=1
  rig_docker 20 rmi "$rig_registry/$name" >/dev/null
  return $result
}

# --- removing ------------------------------------------------------------------------------------------------------

# Works on whatever is left of a rig, in any state.
rig_destroy() {
  local data
  [ -d "$rig_state" ] || return 0
  # what still runs inside goes first: without an engine it would only complain
  rig_kill rig_guests
  if rig_up; then
    # all at once: each may take its whole grace period to stop
    rig_docker 20 ps -q 2>/dev/null | while read -r id; do
      rig_docker 20 kill "$id" >/dev/null 2>&1 &
    done
    rig_engine_stop
  fi
  rig_kill rig_processes
  find /sys/fs/cgroup -maxdepth 2 -type d -name "$rig" 2>/dev/null | while read -r folder; do
    find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  ip netns del "$rig" 2>/dev/null || true
  ip netns del "$rig-away" 2>/dev/null || true
  data=$(cat "$rig_state/data" 2>/dev/null || true)
  case $data in
    */"$rig") rm -rf "$data" || warn "could not remove \`$data\`" ;;
  esac
  rm -rf "$rig_state" || warn "could not remove \`$rig_state\`"
}

# everything that runs in its networks
rig_pids() {
  ip netns pids "$rig" 2>/dev/null
  ip netns pids "$rig-away" 2>/dev/null
  true
}

# what runs in its networks without being part of the rig
rig_guests() {
  local pid
  rig_pids | grep -vx "$$" | while read -r pid; do
    case $(readlink "/proc/$pid/exe") in
      */dockerd | */docker-proxy | */docker-registry | */containerd* | */runc | '') ;;
      *) printf '%s\n' "$pid" ;;
    esac
  done
}

# Everything that belongs to the rig, and what runs in its networks. Never this script.
rig_processes() {
  {
    rig_pids
    rig_engine_processes
    rig_programs docker-registry
  } | sort -u | grep -vx "$$"
}

# containers, found by their control groups, and what is left of an engine that was killed
rig_engine_processes() {
  grep -lsE ":/$rig(/|\$)" /proc/[0-9]*/cgroup | cut -d/ -f3
  rig_programs dockerd containerd 'containerd-shim*' runc
}

# rig_programs NAME...: processes of these programs that were started with a path of this rig
rig_programs() {
  local pid name program
  grep -lszF "$rig_state/" /proc/[0-9]*/cmdline | cut -d/ -f3 | while read -r pid; do
    program=$(basename "$(readlink "/proc/$pid/exe")")
    for name in "$@"; do
      # shellcheck disable=SC2053
      if [[ $program == $name ]]; then printf '%s\n' "$pid"; fi
    done
  done
}

# rig_kill LISTER: kills what it lists until it lists nothing
rig_kill() {
  local processes
  for _ in $(seq 50); do
    mapfile -t processes < <("$1")
    [ ${#processes[@]} -gt 0 ] || break
    kill -9 "${processes[@]}" 2>/dev/null || true
    sleep 0.1
  done
}

# rig_each COMMAND: runs it for every rig that exists, with rig and rig_state set
rig_each() {
  local folder
  for folder in "$rig_parent"/prisma-rig-*/; do
    [ -d "$folder" ] || continue
    rig_name "$(basename "$folder")"
    "$@"
  done
}

# Rigs of a killed run, and kept rigs whose engine is not running, as after a reboot.
rig_remove_leftovers() { rig_each rig_remove_leftover; }

rig_remove_leftover() {
  local owner maker=${rig#prisma-rig-}
  owner=$(cat "$rig_state/owner" 2>/dev/null || printf '%s ?' "${maker%%-*}")
  if [ "$owner" = kept ]; then
    rig_up && return
  elif [ "$(process_start "${owner% *}")" = "${owner#* }" ]; then
    return
  elif [ "${owner#* }" = '?' ] && kill -0 "${owner% *}" 2>/dev/null; then
    return
  fi
  say "removing what a killed run left behind: \`$rig\`"
  rig_destroy
}

# selects the kept rig of this work tree
rig_find_kept() {
  local kept=''
  rig_each rig_note_kept
  [ -n "$kept" ] || return 1
  rig_name "$kept"
}

rig_note_kept() {
  if [ "$(cat "$rig_state/owner" 2>/dev/null) $(cat "$rig_state/checkout" 2>/dev/null)" = "kept $root" ]; then
    kept=$rig
  fi
}

# --- processes -----------------------------------------------------------------------------------------------------

# when a process started, in clock ticks: together with its number, that identifies it
process_start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

process_is() { [ "$(basename "$(readlink "/proc/$2/exe" 2>/dev/null)" 2>/dev/null)" = "$1" ]; }
