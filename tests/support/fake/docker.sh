# Part of the fakes; see engine.sh.
# shellcheck shell=sh disable=SC2034,SC2154

docker_ps() {
  project='' port='' origins='' mounted=''
  for argument; do
    case $argument in
      *project.working_dir\"}}*) origins=yes ;;
      label=com.docker.compose.project=*) project=${argument#*project=} ;;
      # Projects here are called as their folders are.
      label=com.docker.compose.project.working_dir=*) project=${argument##*/} ;;
      publish=*) port=${argument#publish=} ;;
      volume=*) mounted=${argument#volume=} ;;
    esac
  done
  list
  for id in $ids; do
    load "$id"
    if [ -n "$origins" ]; then
      printf '%s\t%s\t%s\n' "$c_project" "$c_folder" "$id"
    elif [ -n "$mounted" ]; then
      [ "$c_volume" != "$mounted" ] || printf '%s\n' "$c_name"
    elif [ -n "$port" ]; then
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
    out="$out$comma{\"Id\":\"$id\",\"Image\":\"$c_image_id\",\"Created\":\"$c_created\",\"State\":{\"Status\":\"$c_status\",\"Running\":$running,"
    out="$out\"Restarting\":$restarting,\"OOMKilled\":$c_oom,\"ExitCode\":$c_exit,\"Error\":\"$json\""
    [ -z "$c_started" ] || out="$out,\"StartedAt\":\"$c_started\""
    [ -z "$c_health" ] || out="$out,\"Health\":{\"Status\":\"$c_health\",\"FailingStreak\":0,\"Log\":[]}"
    out="$out},\"Name\":\"/$c_name\",\"RestartCount\":$c_restarts,\"HostConfig\":{\"Memory\":$c_memory,\"PortBindings\":{$c_ports}},\"Mounts\":["
    [ -z "$c_bind" ] || out="$out{\"Type\":\"bind\",\"Source\":\"$c_bind\",\"Destination\":\"/var/lib/mysql\",\"RW\":true}${c_volume:+,}"
    [ -z "$c_volume" ] || out="$out{\"Type\":\"volume\",\"Name\":\"$c_volume\",\"Destination\":\"/var/lib/mysql\"}"
    out="$out],\"Config\":{\"Image\":\"$c_image\",\"Env\":[$c_env],\"Labels\":{\"com.docker.compose.project\":\"$c_project\","
    out="$out\"com.docker.compose.service\":\"$c_service\",\"com.docker.compose.oneoff\":\"False\""
    [ -z "$c_version" ] || out="$out,\"com.docker.compose.version\":\"$c_version\""
    if [ -n "$c_folder" ]; then
      json_text "$c_folder"
      out="$out,\"com.docker.compose.project.working_dir\":\"$json\""
      json_text "${c_file:-$c_folder/docker-compose.yml${c_override:+,$c_override}}"
      out="$out,\"com.docker.compose.project.config_files\":\"$json\""
    fi
    out="$out}}"
    [ -z "$c_networks" ] || out="$out,\"NetworkSettings\":{\"Networks\":$c_networks}"
    out="$out}"
    comma=,
  done
  printf '%s\n' "$out]"
  [ -z "$missing" ] || die 1 "Error: No such container: $missing"
}

docker_volume() {
  if [ "$2" = rm ]; then
    shift 3 # volume rm -f
    for name; do
      rm -f "$engine/volumes/$name"
      printf '%s\n' "$name"
    done
    return
  fi
  project=
  for argument; do
    case $argument in
      label=com.docker.compose.project=*) project=${argument#*project=} ;;
    esac
  done
  for file in "$engine"/volumes/*; do
    [ -f "$file" ] || continue
    read -r owner <"$file"
    [ -n "$project" ] && [ "$owner" != "$project" ] || printf '%s\n' "${file##*/}"
  done
}

docker_stop() {
  shift
  for id; do
    if [ ! -f "$engine/containers/$id" ]; then
      # a name does as well
      named=$(grep -lxE "c_name='?$id'?" "$engine"/containers/* | head -n 1)
      [ -n "$named" ] || die 1 "Error response from daemon: No such container: $id"
      id=${named##*/}
    fi
    load "$id"
    change "$id" status exited
    change "$id" exit 143
    change "$id" crashing 0
    silence "$c_project"
    printf '%s\n' "$id"
  done
}

docker_rm() {
  shift
  for id; do
    load "$id"
    [ "$c_status" != running ] || die 1 "Error response from daemon: You cannot remove a running container $id. Stop the container before attempting removal or force remove"
    rm -f "$engine/containers/$id" "$engine/logs/$id"
    printf '%s\n' "$id"
  done
}

# In a container that runs, every command succeeds; a hook knows better.
docker_exec() {
  load "$2"
  [ "$c_status" = running ] || die 1 "Error response from daemon: Container $2 is not running"
}

docker_version() {
  printf '%s\n' '{"Client":{"Version":"28.2.2"},"Server":{"Version":"20.10.24","Os":"linux","Arch":"amd64"}}'
}

docker_info() {
  printf '%s\n' '{"DockerRootDir":"/var/lib/docker","MemTotal":8589934592,"OperatingSystem":"Debian"}'
}

docker_image() {
  if [ "$2" = inspect ]; then
    shift 4 # image inspect --format FORMAT
    for name; do
      identify_image "$name"
      printf '%s\n' "$image_id"
    done
    return
  fi
  printf '%s\n' mysql:5.7 prismagraphql/prisma:1.1
  [ ! -f "$engine/loaded" ] || cat "$engine/loaded"
}

# An archive is the names of the images in it.
docker_save() {
  shift
  printf '%s\n' "$@"
}

docker_load() {
  gzip -dc "$3" >>"$engine/loaded" || die 1 "open $3: no such file or directory"
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
  while IFS= read -r line; do
    # Blanks at the beginning of the text are its own.
    time=${line%% *} text=${line#* }
    stream=${text%% *} text=${text#* }
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
