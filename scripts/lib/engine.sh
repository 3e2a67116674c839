# shellcheck shell=bash
# This machine's own Docker engine, for the quickstart: is there one, starting it, stopping one that we started.

# where the quickstart notes what it did, to undo just that
quickstart_state=$target/quickstart
engine_log=/var/log/prisma-quickstart-dockerd.log

# also what DOCKER_HOST or a context names: that engine is then the one to use
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

# Brings up an engine that is installed and does not run, and dies with the reason when it cannot.
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
    die "Docker Engine is running, but not for you: \`sudo usermod -aG docker $(id -un)\`, log in again, and run this again"
  fi
  if [ -n "${DOCKER_HOST:-}" ]; then
    show_end "$answer" 3
    rm -f "$answer"
    die "no Docker Engine answers at \`$DOCKER_HOST\` (DOCKER_HOST): start it there, or unset DOCKER_HOST"
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
    say 'that did not bring it up'
  fi
  [ -e /sys/fs/cgroup/cgroup.controllers ] || [ -d /sys/fs/cgroup/devices ] ||
    die 'no control groups are mounted, which Docker Engine needs: `apt-get install cgroupfs-mount && cgroupfs-mount`'
  say "starting Docker Engine: \`dockerd\`, its log in \`$engine_log\`"
  as_root sh -c 'setsid dockerd >"$1" 2>&1 </dev/null &' sh "$engine_log"
  engine_came_up dockerd && return
  as_root tail -n 15 "$engine_log" | sed 's/^/  | /' >&2
  die "Docker Engine did not come up; the end of \`$engine_log\` is above"
}

# notes the way it was started, which is the way to stop it
engine_came_up() {
  engine_wait 60 || return 1
  printf '%s\n' "$1" >"$quickstart_state/engine"
}

# Stops an engine that the quickstart started, unless somebody uses it by now.
engine_undo() {
  local way others
  way=$(cat "$quickstart_state/engine" 2>/dev/null) || return 0
  rm -f "$quickstart_state/engine"
  engine_answers || return 0
  others=$(docker ps -q | wc -l)
  if [ "$others" -gt 0 ]; then
    say "leaving Docker Engine running: \`docker ps\` shows $others other containers"
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
  say 'stopped Docker Engine, which the quickstart had started'
}
