# Part of the fakes; see engine.sh.
# shellcheck shell=sh disable=SC2034,SC2154

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

# $1 with its variables put in, as $value.
interpolate() {
  rest=$1 value=
  while :; do
    case $rest in
      *\$*) value=$value${rest%%\$*} rest=${rest#*\$} ;;
      *)
        value=$value$rest
        return
        ;;
    esac
    case $rest in
      \$*)
        value=$value\$ rest=${rest#\$}
        continue
        ;;
      \{*) name=${rest#\{} name=${name%%\}*} rest=${rest#*\}} ;;
      *) name=${rest%%[!A-Z0-9_]*} rest=${rest#"$name"} ;;
    esac
    eval "known=\${$name+known}"
    [ -n "$known" ] || die 99 "fake: the variable $name was not handed over"
    eval "value=\$value\${$name}"
  done
}

# Another variable for the containers of the service: $1 is its name, $value its value.
add_variable() {
  json_text "$1=$value"
  eval "s_${ident}_env=\"\${s_${ident}_env:+\$s_${ident}_env,}\\\"\$json\\\"\""
}

# The services of the compose file $1, added to what is known: $services and, for each, s_NAME_image ….
read_file() {
  [ -f "$1" ] || die 1 "open $1: no such file or directory"
  section='' service='' key='' block=''
  while IFS= read -r line; do
    if [ -n "$block" ]; then
      case $line in
        '        '*)
          text="$text${line#        }$nl"
          continue
          ;;
      esac
      interpolate "$text"
      add_variable "$block"
      block=
    fi
    case $line in
      '' | '#'* | '        '*) ;;
      '      - '*)
        unquote "${line#      - }"
        case $key in
          ports) eval "s_${ident}_ports=\"\${s_${ident}_ports-} $value\"" ;;
          volumes) eval "s_${ident}_volume=\${value%%:*}" ;;
        esac
        ;;
      '      '*:*)
        [ "$key" = environment ] || continue
        name=${line%%:*} name=${name#      }
        unquote "${line#*: }"
        if [ "$value" = '|' ]; then
          block=$name text=
          continue
        fi
        variable=$name
        interpolate "$value"
        add_variable "$variable"
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
  for pair in "project=$project" "service=$service" "name=$container" "image=$image" "image_id=$image_id" "created=$created" "env=$env" \
    "ports=$bindings" "publish=$publish" "version=$generation" "volume=$volume" "config=$config" "folder=$folder" "override=$override" status=created; do
    change "$id" "${pair%%=*}" "${pair#*=}"
  done
}

# What all of $files say.
read_files() {
  services='' old_ifs=$IFS IFS=$nl
  set -f
  for file in $files; do
    IFS=$old_ifs
    read_file "$file"
  done
  set +f
  IFS=$old_ifs
}

compose_up() {
  case " $* " in *' --force-recreate '*) anew=yes ;; *) anew='' ;; esac
  read_files
  # Orphans first: they may have a name that is needed.
  list
  for id in $ids; do
    load "$id"
    case " $services " in
      *" $c_service "*) ;;
      *) [ "$c_project" != "$project" ] || rm -f "$engine/containers/$id" ;;
    esac
  done
  case $generation in
    1.*) joint=_ ;;
    *) joint=- ;;
  esac
  for service in $services; do
    identify "$service"
    eval "image=\${s_${ident}_image-} container=\${s_${ident}_container_name-} env=\${s_${ident}_env-} ports=\${s_${ident}_ports-}"
    eval "volume=\${s_${ident}_volume:+${project}_\$s_${ident}_volume}"
    [ -z "$volume" ] || printf '%s\n' "$project" >"$engine/volumes/$volume"
    : "${container:=$project$joint$service${joint}1}"
    read_ports "$ports"
    identify_image "$image"
    config="$joint $image $image_id $env $ports"
    find_container "$project" "$service"
    if [ -n "$id" ] && [ "$anew$c_config" != "$config" ]; then
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
    [ "$c_status" = running ] || all_up=
    case $c_service in
      prisma-db) addresses="$addresses db=$c_publish" ;;
      prisma-database | prisma) addresses="$addresses server=$c_publish" ;;
    esac
  done
  if [ -n "$all_up" ]; then
    # Written elsewhere first: whoever waits for the file must find it complete.
    printf '%s\n' "$addresses" >"$engine/serving.$$"
    mv "$engine/serving.$$" "$engine/serving/$project"
    wait_for_server there "$project"
  fi
}

compose_stop() {
  list
  for id in $ids; do
    load "$id"
    case $c_project/$c_status in
      "$project"/running | "$project"/restarting)
        change "$id" status exited
        change "$id" exit 143
        change "$id" crashing 0
        ;;
    esac
  done
  silence "$project"
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
  # Those of the file, with `-v`.
  case " $* " in
    *' -v '*)
      read_files
      for service in $services; do
        identify "$service"
        eval "volume=\${s_${ident}_volume-}"
        [ -z "$volume" ] || rm -f "$engine/volumes/${project}_$volume"
      done
      ;;
  esac
  silence "$project"
}

compose_main() {
  project='' files='' folder='' override=''
  while [ $# -gt 0 ]; do
    case $1 in
      -p) shift && project=$1 ;;
      -f)
        shift && files="$files$nl$1"
        case $1 in *.override.yml) override=$1 ;; esac
        ;;
      --project-directory) shift && folder=$1 ;;
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
    up) compose_up "$@" ;;
    stop) compose_stop ;;
    pull) ;;
    kill) compose_kill ;;
    down) compose_down "$@" ;;
    *) die 64 "fake docker-compose: unknown verb $verb" ;;
  esac
  hook "after-$verb"
}
