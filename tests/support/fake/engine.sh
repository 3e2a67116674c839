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
  c_override='' c_volume='' c_config='' c_version='' c_image_id='' c_started='' c_folder='' c_file='' c_networks='' c_memory=0
  # shellcheck source=/dev/null
  . "$engine/containers/$1"
}

# Changes the container $1: the field $2 becomes $3.
change() {
  single_quoted "$3"
  printf 'c_%s=%s\n' "$2" "$quoted" >>"$engine/containers/$1"
}

# What the image $1 is on this engine, as $image_id.
identify_image() {
  image_id="sha256:$1"
  newer=$engine/newer/$(printf '%s' "$1" | /usr/bin/tr '/:' '__')
  [ ! -f "$newer" ] || image_id="$image_id:newer"
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
