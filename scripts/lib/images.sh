# shellcheck shell=bash
# The images of the quickstart's cluster: the real ones from Docker Hub, or stand-ins if it cannot be reached.

standin_label=org.prisma-cli.stand-in
# how long Docker Hub may take to answer, and to send one image, in seconds
hub_silence=30
hub_limit=900

image_present() { docker image inspect "$1" >/dev/null 2>&1; }

image_is_standin() {
  [ -n "$(docker image inspect -f "{{with .Config.Labels}}{{index . \"$standin_label\"}}{{end}}" "$1" 2>/dev/null)" ]
}

# Pulls one image; gives up on a registry that accepts the connection but does not answer. Sets pull_why to the reason.
pull() {
  local log pid turn result=0
  log=$(mktemp)
  say "pulling \`$1\` from Docker Hub"
  timeout "$hub_limit" docker pull "$1" >"$log" 2>&1 </dev/null &
  pid=$!
  for turn in $(seq $((hub_silence * 10))); do
    if ! kill -0 "$pid" 2>/dev/null || grep -q 'Pulling from' "$log"; then break; fi
    sleep 0.1
  done
  if [ "$turn" -eq $((hub_silence * 10)) ]; then
    kill "$pid" 2>/dev/null || true
    wait "$pid" || true
    pull_why="no answer within $hub_silence s"
    rm -f "$log"
    return 1
  fi
  wait "$pid" || result=$?
  pull_why=$(tail -n 1 "$log")
  [ $result -ne 124 ] || pull_why="not complete after $hub_limit s"
  rm -f "$log"
  return $result
}

# images_ensure IMAGE@TARGET...: makes sure that each image exists; TARGET builds its stand-in
images_ensure() {
  local pair missing=() unreachable=''
  for pair in "$@"; do
    if image_present "${pair%@*}"; then
      say "\`${pair%@*}\` exists"
    elif [ -n "$unreachable" ] || ! pull "${pair%@*}"; then
      unreachable=yes
      missing+=("$pair")
    fi
  done
  if [ ${#missing[@]} -gt 0 ]; then
    say "could not pull \`${missing[0]%@*}\` from Docker Hub: $pull_why"
    standins_build "${missing[@]#*@}"
  fi
  images_warn "$@"
}

standins_build() {
  local build=$root/tests/standin/build needs host
  [ -x "$build" ] || die '`tests/standin/build` is missing, so no stand-ins can be built: connect to the network and run this again'
  [ -z "$(install_obstacle)" ] || die 'building stand-ins needs root and apt-get: connect to the network, or run this as root'
  say "building stand-ins from packages of this distribution instead: \`$*\`"
  mapfile -t needs < <("$build" --needs)
  mapfile -t needs < <(packages_missing "${needs[@]}")
  packages_install "${needs[@]}" || die 'the stand-ins cannot be built without these packages'
  host=${DOCKER_HOST:-$(docker context inspect -f '{{.Endpoints.docker.Host}}' 2>/dev/null)}
  mkdir -p "$quickstart_state"
  : >"$quickstart_state/stand-ins"
  as_root env PATH="$PATH" DOCKER_HOST="$host" "$build" --work "$target/standin" "$@" ||
    die 'the stand-ins could not be built'
  is_root || as_root chown -R "$(id -u):$(id -g)" "$target/standin"
}

# printed by every run
images_warn() {
  local pair names=()
  for pair in "$@"; do
    if image_is_standin "${pair%@*}"; then names+=("${pair%@*}"); fi
  done
  [ ${#names[@]} -gt 0 ] || return 0
  boxed 'THESE ARE NOT PRISMA AND NOT MYSQL' '' \
    'Docker Hub could not be reached to pull these images:' "  ${names[*]}" \
    'Small stand-ins run under these names, built from packages of this' \
    'distribution, so that you can try the command line. Do not store data in' \
    'them that you want to keep.' '' \
    "To get the real images, connect to the network and run" "  $script --clean" "  $script"
}

# Removes the stand-ins that the quickstart built, found by their label. The engine keeps those in use.
standins_undo() {
  [ -e "$quickstart_state/stand-ins" ] || return 0
  local tags
  mapfile -t tags < <(docker images --filter "label=$standin_label" --format '{{.Repository}}:{{.Tag}}' | grep -v '<none>')
  if [ ${#tags[@]} -gt 0 ]; then
    say "removing the stand-in images \`${tags[*]}\`"
    docker rmi "${tags[@]}" >/dev/null || warn 'some of them are in use and were kept'
  fi
  rm -f "$quickstart_state/stand-ins"
}
