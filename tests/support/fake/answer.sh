# Part of the fakes; see engine.sh.
# shellcheck shell=sh disable=SC2034,SC2154

hook any "$@"
if [ "$tool" = compose ]; then
  case ${0##*/} in
    docker)
      [ -f "$engine/plugin" ] || case $2 in
        version) die 125 "unknown flag: --short${nl}${nl}Usage:  docker [OPTIONS] COMMAND [ARG...]${nl}${nl}Run 'docker --help' for more information" ;;
        *) die 125 "unknown shorthand flag: 'p' in -p${nl}See 'docker --help'." ;;
      esac
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
  rm) docker_rm "$@" ;;
  exec) docker_exec "$@" ;;
  network) ;;
  pull) docker_pull "$@" ;;
  logs) docker_logs "$@" ;;
  version | info) docker_"$1" ;;
  image) docker_image "$@" ;;
  save) docker_save "$@" ;;
  load) docker_load "$@" ;;
  *) die 64 "fake docker: unknown verb $1" ;;
esac
