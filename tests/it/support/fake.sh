#!/bin/sh
# `docker` and `docker-compose` for tests, whichever name it is called under: writes down how it was called, then answers
# from an engine that is a folder of small files. What is in the folder: support/engine.rs.
# `@…@` is filled in when a test installs it.
# Containers are variables made by `.`, services variables made by `eval`:
# shellcheck disable=SC2034,SC2154
engine='@ENGINE@'
us='@US@' gs='@GS@' rs='@RS@'
nl='
'
generation=2.40.3
[ ! -f "$engine/generation" ] || read -r generation <"$engine/generation"

tool=docker
case ${0##*/} in
  docker-*) tool=compose ;;
esac
[ "${1-}" != compose ] || tool=compose

record="${0##*/}$us$PWD"
for argument; do
  record="$record$us$argument"
done
[ "$tool" = docker ] || record="$record$gs$(/usr/bin/env)"
printf '%s' "$record$rs" >>"$engine/log"

PATH=/usr/bin:/bin

# What a test wants to happen here, run in this shell. The words of the call are $2, $3 …
hook() {
  # shellcheck source=/dev/null
  [ ! -f "$engine/hooks/$1" ] || . "$engine/hooks/$1"
}

die() {
  printf '%s\n' "$2" >&2
  exit "$1"
}

# --- containers: files of assignments, of which the last counts ---------------------------------------------------

# Each id that is there, as $ids.
list() {
  ids=
  for file in "$engine"/containers/*; do
    [ ! -f "$file" ] || ids="$ids ${file##*/}"
  done
}

# Reads the container $1 into the variables c_….
load() {
  c_crashing=0 c_error='' c_oom=false c_health='' c_restarts=0 c_exit=0 c_env='' c_ports='' c_publish=''
  c_volume='' c_config='' c_version=''
  # shellcheck source=/dev/null
  . "$engine/containers/$1"
}

# Changes the container $1: the field $2 becomes $3.
change() {
  single_quoted "$3"
  printf 'c_%s=%s\n' "$2" "$quoted" >>"$engine/containers/$1"
}

# $1 as a word of the shell, as $quoted.
single_quoted() {
  rest=$1 quoted="'"
  while :; do
    case $rest in
      *\'*)
        quoted="$quoted${rest%%\'*}'\\''"
        rest=${rest#*\'}
        ;;
      *)
        quoted="$quoted$rest'"
        return
        ;;
    esac
  done
}

# $1 as the inside of a JSON text, as $json.
json_text() {
  rest=$1 json=
  while :; do
    head=${rest%%[\\\""$nl"]*}
    json=$json$head
    [ "$head" != "$rest" ] || return
    rest=${rest#"$head"}
    case $rest in
      \\*) json="$json\\\\" ;;
      \"*) json="$json\\\"" ;;
      *) json="$json\\n" ;;
    esac
    rest=${rest#?}
  done
}

# --- docker -------------------------------------------------------------------------------------------------------

docker_ps() {
  project='' port=''
  for argument; do
    case $argument in
      label=com.docker.compose.project=*) project=${argument#*project=} ;;
      publish=*) port=${argument#publish=} ;;
    esac
  done
  list
  for id in $ids; do
    load "$id"
    if [ -n "$port" ]; then
      case " $c_publish " in
        *:"$port "*) [ "$c_status" != running ] || printf '%s\t%s\n' "$c_name" "$c_project" ;;
      esac
    elif [ "$c_project" = "$project" ]; then
      printf '%s\n' "$id"
    fi
  done
}

docker_inspect() {
  shift 3 # inspect --type container
  missing='' comma='' out='['
  for id; do
    if [ ! -f "$engine/containers/$id" ]; then
      missing=$id
      continue
    fi
    load "$id"
    if [ "$c_crashing" -gt 0 ]; then
      c_restarts=$((c_restarts + c_crashing))
      change "$id" restarts "$c_restarts"
    fi
    running=false restarting=false
    case $c_status in
      running) running=true ;;
      restarting) running=true restarting=true ;;
    esac
    json_text "$c_error"
    out="$out$comma{\"Id\":\"$id\",\"Created\":\"$c_created\",\"State\":{\"Status\":\"$c_status\",\"Running\":$running,"
    out="$out\"Restarting\":$restarting,\"OOMKilled\":$c_oom,\"ExitCode\":$c_exit,\"Error\":\"$json\""
    [ -z "$c_health" ] || out="$out,\"Health\":{\"Status\":\"$c_health\",\"FailingStreak\":0,\"Log\":[]}"
    out="$out},\"Name\":\"/$c_name\",\"RestartCount\":$c_restarts,\"HostConfig\":{\"PortBindings\":{$c_ports}},\"Mounts\":["
    [ -z "$c_volume" ] || out="$out{\"Type\":\"volume\",\"Name\":\"$c_volume\",\"Destination\":\"/var/lib/mysql\"}"
    out="$out],\"Config\":{\"Image\":\"$c_image\",\"Env\":[$c_env],\"Labels\":{\"com.docker.compose.project\":\"$c_project\","
    out="$out\"com.docker.compose.service\":\"$c_service\",\"com.docker.compose.oneoff\":\"False\""
    [ -z "$c_version" ] || out="$out,\"com.docker.compose.version\":\"$c_version\""
    out="$out}}}"
    comma=,
  done
  printf '%s\n' "$out]"
  [ -z "$missing" ] || die 1 "Error: No such container: $missing"
}

docker_volume() {
  project=
  for argument; do
    case $argument in
      label=com.docker.compose.project=*) project=${argument#*project=} ;;
    esac
  done
  for file in "$engine"/volumes/*; do
    [ -f "$file" ] || continue
    read -r owner <"$file"
    [ "$owner" != "$project" ] || printf '%s\n' "${file##*/}"
  done
}

docker_stop() {
  shift
  for id; do
    [ -f "$engine/containers/$id" ] || die 1 "Error response from daemon: No such container: $id"
    load "$id"
    change "$id" status exited
    change "$id" exit 143
    change "$id" crashing 0
    silence "$c_project"
    printf '%s\n' "$id"
  done
}

docker_pull() {
  printf '%s\n' "Pulling from ${2%%:*}" "Digest: sha256:0123" "Status: Downloaded newer image for $2"
}

# Lines of a log are kept as `TIME STREAM TEXT`.
docker_logs() {
  shift
  follow='' times='' tail=all since=''
  while [ $# -gt 1 ]; do
    case $1 in
      --follow) follow=yes ;;
      --timestamps) times=yes ;;
      --tail) shift && tail=$1 ;;
      --since) shift && since=$1 ;;
    esac
    shift
  done
  log="$engine/logs/$1"
  [ -f "$log" ] || log=/dev/null
  [ "$tail" = all ] || {
    tail -n "$tail" "$log" >"$engine/tail.$$"
    log="$engine/tail.$$"
  }
  while read -r time stream text; do
    case $since in
      [0-9][0-9][0-9][0-9]-*) [ "$(printf '%s\n' "$since" "$time" | sort | head -n 1)" = "$since" ] || continue ;;
    esac
    [ -z "$times" ] || text="$time $text"
    case $stream in
      err) printf '%s\n' "$text" >&2 ;;
      *) printf '%s\n' "$text" ;;
    esac
  done <"$log"
  rm -f "$engine/tail.$$"
  [ -z "$follow" ] || exec sleep 300
}

# --- compose ------------------------------------------------------------------------------------------------------

# Whoever plays the server stops listening, and is waited for.
silence() {
  rm -f "$engine/serving/$1"
  wait_for_server gone "$1"
}

wait_for_server() {
  [ -d "$engine/listening" ] || return 0
  left=500
  while [ $left -gt 0 ]; do
    if [ -e "$engine/listening/$2" ]; then found=there; else found=gone; fi
    [ $found != "$1" ] || return 0
    sleep 0.01
    left=$((left - 1))
  done
}

# The container of service $2 in project $1, as $id.
find_container() {
  list
  for id in $ids; do
    load "$id"
    [ "$c_project/$c_service" != "$1/$2" ] || return 0
  done
  id=
}

# `prisma-db` as part of a variable's name, as $ident.
identify() {
  ident=$1
  while :; do
    case $ident in
      *-*) ident=${ident%%-*}_${ident#*-} ;;
      *) return ;;
    esac
  done
}

unquote() {
  value=$1
  case $value in
    \"*\") value=${value#\"} value=${value%\"} ;;
  esac
}

# The services of the compose file $1, added to what is known: $services and, for each, s_NAME_image ….
read_file() {
  [ -f "$1" ] || die 1 "open $1: no such file or directory"
  section='' service='' key=''
  while IFS= read -r line; do
    case $line in
      '' | '#'*) ;;
      '      - '*)
        unquote "${line#      - }"
        [ "$key" != ports ] || eval "s_${ident}_ports=\"\${s_${ident}_ports-} $value\""
        ;;
      '      '*:*)
        [ "$key" = environment ] || continue
        name=${line%%:*} name=${name#      }
        unquote "${line#*: }"
        case $value in
          \$\$*) value=${value#\$} ;;
          \$*)
            eval "known=\${${value#\$}+known}"
            [ -n "$known" ] || die 99 "fake: the variable ${value#\$} was not handed over"
            eval "value=\${${value#\$}}"
            ;;
        esac
        json_text "$name=$value"
        eval "s_${ident}_env=\"\${s_${ident}_env:+\$s_${ident}_env,}\\\"\$json\\\"\""
        ;;
      '    '*:*)
        [ "$section" = services ] || continue
        key=${line%%:*} key=${key#    }
        unquote "${line#*: }"
        case $key in
          image | container_name) eval "s_${ident}_$key=\$value" ;;
        esac
        ;;
      '  '*:*)
        [ "$section" = services ] || continue
        service=${line%%:*} service=${service#  }
        identify "$service"
        case " $services " in
          *" $service "*) ;;
          *) services="$services $service" ;;
        esac
        ;;
      *) section=${line%%:*} ;;
    esac
  done <"$1"
}

# `0.0.0.0:4466:4466 3366:3306` as JSON bindings and as `ADDRESS:PORT …`: $bindings and $publish.
read_ports() {
  bindings='' publish=''
  for port in $1; do
    inside=${port##*:} port=${port%:*} address=
    case $port in
      *:*)
        address=${port%:*} address=${address#[} address=${address%]}
        port=${port##*:}
        ;;
    esac
    bindings="$bindings${bindings:+,}\"$inside/tcp\":[{\"HostIp\":\"$address\",\"HostPort\":\"$port\"}]"
    publish="$publish${publish:+ }$address:$port"
  done
}

start_container() {
  status=running exit=0 error='' crashing=0
  # Who publishes one of these ports already?
  list
  for other in $ids; do
    load "$other"
    [ "$c_status" = running ] || continue
    [ "$other" != "$1" ] || continue
    for taken in $c_publish; do
      case " $publish " in
        *:"${taken##*:} "*)
          change "$1" status created
          change "$1" exit 128
          change "$1" error "Bind for 0.0.0.0:${taken##*:} failed: port is already allocated"
          die 1 "Error response from daemon: driver failed programming external connectivity on endpoint $container (0123): Bind for 0.0.0.0:${taken##*:} failed: port is already allocated"
          ;;
      esac
    done
  done
  hook "start-$service"
  for field in status exit error crashing; do
    eval "change $1 $field \"\$$field\""
  done
  change "$1" restarts 0
  printf ' Container %s  Started\n' "$container" >&2
}

create_container() {
  list
  for other in $ids; do
    load "$other"
    [ "$c_name" != "$container" ] || die 1 "Error response from daemon: Conflict. The container name \"/$container\" is already in use by container \"$other\". You have to remove (or rename) that container to be able to reuse that name."
  done
  number=0
  [ ! -f "$engine/number" ] || read -r number <"$engine/number"
  number=$((number + 1))
  printf '%s\n' "$number" >"$engine/number"
  id=$(printf '%064x' "$number")
  created=2026-01-02T03:04:05.000000000Z
  [ ! -f "$engine/now" ] || read -r created <"$engine/now"
  volume=
  [ "$service" != prisma-db ] || volume=${project}_db-persistence
  for pair in "project=$project" "service=$service" "name=$container" "image=$image" "created=$created" "env=$env" \
    "ports=$bindings" "publish=$publish" "version=$generation" "volume=$volume" "config=$config" status=created; do
    change "$id" "${pair%%=*}" "${pair#*=}"
  done
}

compose_up() {
  services='' old_ifs=$IFS IFS=$nl
  set -f
  for file in $files; do
    IFS=$old_ifs
    read_file "$file"
  done
  set +f
  IFS=$old_ifs
  printf '%s\n' "$project" >"$engine/volumes/${project}_db-persistence"
  case $generation in
    1.*) joint=_ ;;
    *) joint=- ;;
  esac
  for service in $services; do
    identify "$service"
    eval "image=\${s_${ident}_image-} container=\${s_${ident}_container_name-} env=\${s_${ident}_env-} ports=\${s_${ident}_ports-}"
    : "${container:=$project$joint$service${joint}1}"
    read_ports "$ports"
    config="$joint $image $env $ports"
    find_container "$project" "$service"
    if [ -n "$id" ] && [ "$c_config" != "$config" ]; then
      rm -f "$engine/containers/$id" "$engine/logs/$id"
      silence "$project"
      id=
    fi
    [ -n "$id" ] || create_container
    load "$id"
    [ "$c_status" = running ] || start_container "$id"
  done
  list
  all_up=yes addresses=
  for id in $ids; do
    load "$id"
    [ "$c_project" = "$project" ] || continue
    case " $services " in
      *" $c_service "*) ;;
      *)
        rm -f "$engine/containers/$id"
        continue
        ;;
    esac
    [ "$c_status" = running ] || all_up=
    case $c_service in
      prisma-db) addresses="$addresses db=$c_publish" ;;
      prisma-database) addresses="$addresses server=$c_publish" ;;
    esac
  done
  if [ -n "$all_up" ]; then
    # Written elsewhere first: whoever waits for the file must find it complete.
    printf '%s\n' "$addresses" >"$engine/serving.$$"
    mv "$engine/serving.$$" "$engine/serving/$project"
    wait_for_server there "$project"
  fi
}

compose_kill() {
  list
  for id in $ids; do
    load "$id"
    [ "$c_project/$c_status" != "$project/running" ] || {
      change "$id" status exited
      change "$id" exit 137
    }
  done
  silence "$project"
}

compose_down() {
  list
  for id in $ids; do
    load "$id"
    [ "$c_project" != "$project" ] || rm -f "$engine/containers/$id" "$engine/logs/$id"
  done
  for file in "$engine"/volumes/*; do
    [ -f "$file" ] || continue
    read -r owner <"$file"
    [ "$owner" != "$project" ] || rm -f "$file"
  done
  silence "$project"
}

compose_main() {
  project='' files=''
  while [ $# -gt 0 ]; do
    case $1 in
      -p) shift && project=$1 ;;
      -f) shift && files="$files$nl$1" ;;
      --project-directory) shift ;;
      *) break ;;
    esac
    shift
  done
  verb=$1
  hook "compose-$verb" "$@"
  case $verb in
    version)
      case "${2-}" in
        --short) printf '%s\n' "$generation" ;;
        *) printf 'Docker Compose version %s\n' "$generation" ;;
      esac
      ;;
    up) compose_up ;;
    kill) compose_kill ;;
    down) compose_down ;;
    *) die 64 "fake docker-compose: unknown verb $verb" ;;
  esac
  hook "after-$verb"
}

# ------------------------------------------------------------------------------------------------------------------

hook any "$@"
if [ "$tool" = compose ]; then
  case ${0##*/} in
    docker)
      [ -f "$engine/plugin" ] || die 125 "unknown shorthand flag: 'p' in -p${nl}See 'docker --help'."
      shift
      ;;
  esac
  compose_main "$@"
  exit 0
fi
hook "docker-$1" "$@"
case $1 in
  ps) docker_ps "$@" ;;
  inspect) docker_inspect "$@" ;;
  volume) docker_volume "$@" ;;
  stop) docker_stop "$@" ;;
  pull) docker_pull "$@" ;;
  logs) docker_logs "$@" ;;
  *) die 64 "fake docker: unknown verb $1" ;;
esac
