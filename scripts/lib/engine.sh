# shellcheck shell=bash
# The Docker engine of this machine, for the quickstart: finding it, starting it, stopping it if the quickstart started it.

# where the quickstart notes what it did, to undo exactly that
quickstart_state=$target/quickstart
engine_log=/var/log/prisma-quickstart-dockerd.log

# honours DOCKER_HOST and docker contexts, as `prisma` does
engine_answers() { timeout 20 docker version --format '{{.Server.Version}}' >"${1:-/dev/null}" 2>&1; }

engine_wait() {
  for _ in $(seq "$1"); do
    engine_answers && return
    sleep 0.5
  done
  return 1
}

compose_present() { docker-compose version >/dev/null 2>&1 || docker compose version >/dev/null 2>&1; }

# the newest generation that the sources offer
compose_package() {
  packages_lists_once
  if [ -n "$(package_candidate docker-compose-v2)" ]; then
    printf 'docker-compose-v2\n'
  else
    printf 'docker-compose\n'
  fi
}

# Starts an engine that is installed but not running; dies with the reason if it cannot.
engine_ensure() {
  local answer
  answer=$(mktemp)
  if engine_answers "$answer"; then
    say "Docker Engine $(cat "$answer") is running"
    rm -f "$answer"
    return
  fi
  if grep -q 'permission denied' "$answer"; then
    rm -f "$answer"
    die "you are not allowed to use Docker Engine: run \`sudo usermod -aG docker $(id -un)\`, log in again, and run this again"
  fi
  if [ -n "${DOCKER_HOST:-}" ]; then
    show_end "$answer" 3
    rm -f "$answer"
    die "no Docker Engine answers at \`$DOCKER_HOST\`: start it there, or unset DOCKER_HOST"
  fi
  rm -f "$answer"
  can_root || die 'Docker Engine is not running: start it as root, e.g. `systemctl start docker`, and run this again'
  engine_start
}

engine_start() {
  mkdir -p "$quickstart_state"
  if [ -d /run/systemd/system ]; then
    say 'starting Docker Engine: `systemctl start docker`'
    as_root systemctl start docker && engine_came_up systemctl && return
  elif [ -x /etc/init.d/docker ] && have service; then
    say 'starting Docker Engine: `service docker start`'
    as_root service docker start >/dev/null 2>&1 && engine_came_up service && return
    say 'it did not start that way'
  fi
  [ -e /sys/fs/cgroup/cgroup.controllers ] || [ -d /sys/fs/cgroup/devices ] ||
    die 'Docker Engine needs control groups, and none are mounted: run `apt-get install cgroupfs-mount && cgroupfs-mount`'
  say "starting Docker Engine: \`dockerd\` (log: \`$engine_log\`)"
  as_root sh -c 'setsid dockerd >"$1" 2>&1 </dev/null &' sh "$engine_log"
  engine_came_up dockerd && return
  as_root tail -n 15 "$engine_log" | sed 's/^/  | /' >&2
  die "Docker Engine did not start; see the end of \`$engine_log\` above"
}

# notes how it was started: it is stopped the same way
engine_came_up() {
  engine_wait 60 || return 1
  printf '%s\n' "$1" >"$quickstart_state/engine"
}

# Stops an engine that the quickstart started, unless it is in use.
engine_undo() {
  local way others
  way=$(cat "$quickstart_state/engine" 2>/dev/null) || return 0
  rm -f "$quickstart_state/engine"
  engine_answers || return 0
  others=$(docker ps -q | wc -l)
  if [ "$others" -gt 0 ]; then
    say "leaving Docker Engine running: \`docker ps\` lists $others other containers"
    return
  fi
  case $way in
    systemctl) as_root systemctl stop docker.socket docker ;;
    service) as_root service docker stop >/dev/null ;;
    dockerd) as_root sh -c 'kill "$(cat /var/run/docker.pid)"' ;;
  esac
  for _ in $(seq 60); do
    engine_answers || break
    sleep 0.5
  done
  say 'stopped Docker Engine, which scripts/quickstart had started'
}
