# shellcheck shell=bash
# Both generations of docker-compose for the tests. Nothing here is needed to use `prisma`.
#
# compose_v1 and compose_v2 set compose_path to a `docker-compose` of that generation, or fail and set compose_why to the
# reason. What they download is kept in the cache folder.

# what is kept for the next run: nothing that cannot be downloaded or made again
cache=$target/rig-cache
compose_path='' compose_why=''

# `1.29.2` from `1.29.2`, `v2.26.1` or `2.26.1-4`; nothing if the program does not run
compose_version() {
  timeout 20 "$1" version --short 2>/dev/null </dev/null | sed -n '1s/^v\{0,1\}\([0-9][0-9.]*\).*/\1/p'
}

compose_is() { [ -x "$2" ] && case $(compose_version "$2") in "$1".*) ;; *) false ;; esac; }

# looks for one that is already on this machine
compose_found() {
  local path
  for path in "$cache/compose-v$1/bin/docker-compose" "$(command -v docker-compose)" /usr/bin/docker-compose \
    /usr/local/bin/docker-compose /usr/libexec/docker/cli-plugins/docker-compose /usr/lib/docker/cli-plugins/docker-compose \
    /usr/local/lib/docker/cli-plugins/docker-compose; do
    if compose_is "$1" "$path"; then
      compose_path=$path
      return
    fi
  done
  return 1
}

# --- v1 ------------------------------------------------------------------------------------------------------------

compose_v1() {
  compose_found 1 && return
  compose_why='docker-compose 1.29 is not installed'
  packages_lists_once
  case $(package_candidate docker-compose) in
    1.29.*)
      if [ -z "$(install_obstacle)" ] && packages_install --quiet-services docker-compose && compose_found 1; then
        return
      fi
      compose_why='the docker-compose 1.29 of this distribution could not be installed, or does not run'
      ;;
  esac
  compose_v1_from_pypi
}

# The last release, with versions of its libraries that still work with it. Its own requirements name a PyYAML that no
# longer builds; distributions run it with PyYAML 6, and so does this.
compose_v1_from_pypi() {
  local folder=$cache/compose-v1 log=$cache/compose-v1.log python
  if [ -n "$(find "$log" -mtime -1 2>/dev/null)" ] && [ ! -d "$folder" ]; then
    compose_why="$compose_why, and the one from PyPI could not be installed (see \`$log\`; remove that file to try again)"
    return 1
  fi
  if ! compose_python >/dev/null && [ -z "$(install_obstacle)" ]; then packages_install python3-venv || true; fi
  python=$(compose_python) || {
    compose_why="$compose_why, and there is no python3 with venv to install it from PyPI"
    return 1
  }
  say "downloading docker-compose 1.29.2 from PyPI into \`$folder\`"
  rm -rf "$folder"
  mkdir -p "$cache"
  if "$python" -m venv "$folder" >"$log" 2>&1 &&
    "$folder/bin/pip" -q install 'setuptools<80' wheel >>"$log" 2>&1 &&
    "$folder/bin/pip" -q install --no-build-isolation 'docker<6' 'requests<2.32' 'urllib3<2' 'PyYAML>=6' \
      'jsonschema<4' 'python-dotenv<1' 'websocket-client<1' distro dockerpty docopt texttable paramiko >>"$log" 2>&1 &&
    "$folder/bin/pip" -q install --no-build-isolation --no-deps docker-compose==1.29.2 >>"$log" 2>&1 &&
    compose_v1_patch "$folder" && "$folder/bin/docker-compose" version >>"$log" 2>&1 &&
    compose_is 1 "$folder/bin/docker-compose"; then
    compose_path=$folder/bin/docker-compose
    rm -f "$log"
    return
  fi
  compose_why="$compose_why, and the one from PyPI could not be installed (see \`$log\`; remove that file to try again)"
  rm -rf "$folder"
  return 1
}

# it uses a function of a module that Python 3.13 no longer has
compose_v1_patch() {
  "$1/bin/python" -c 'import pipes' 2>/dev/null ||
    printf 'from shlex import quote\n' >"$("$1/bin/python" -c 'import site; print(site.getsitepackages()[0])')/pipes.py"
}

compose_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
      command -v "$python"
      return
    fi
  done
  return 1
}

# A program that runs the one in compose_path without two libraries that take most of its start: setuptools, which
# replaces a module of Python's own, and paramiko, which only ssh needs. The tests start it about a thousand times.
compose_v1_quick() {
  local quick=$cache/compose-v1-quick/docker-compose interpreter
  interpreter=$(sed -n '1s/^#!//p' "$compose_path")
  case $interpreter in *python*) ;; *) return 0 ;; esac
  mkdir -p "${quick%/*}"
  cat >"$quick.new" <<PROGRAM
#!$interpreter
import os, runpy, sys
if sys.version_info < (3, 12):
    sys.meta_path = [finder for finder in sys.meta_path if type(finder).__name__ != 'DistutilsMetaFinder']
if not os.environ.get('DOCKER_HOST', '').startswith('ssh:'):
    sys.modules['paramiko'] = None
runpy.run_path('$compose_path', run_name='__main__')
PROGRAM
  chmod 755 "$quick.new"
  mv "$quick.new" "$quick"
  if compose_is 1 "$quick"; then compose_path=$quick; fi
}

# --- v2 ------------------------------------------------------------------------------------------------------------

# The plugin is a complete `docker-compose` program. It is unpacked and not installed: a system has one `docker-compose`,
# and which one is up to the user.
compose_v2() {
  compose_found 2 && return
  compose_why='apt-get, which downloads docker-compose 2, is not installed'
  has_apt || return 1
  packages_lists_once
  local name
  for name in docker-compose-v2 docker-compose; do
    case $(package_candidate "$name") in
      [2-9].*) compose_v2_unpack "$name" '' && return ;;
    esac
  done
  # an older Debian: its mirror has newer suites too, and the program needs only libc
  if [ "$(os_release ID)" = debian ]; then
    for name in trixie forky sid; do
      compose_v2_unpack docker-compose "$name" && return
    done
  fi
  compose_why='the package sources have no docker-compose 2'
  return 1
}

compose_v2_unpack() {
  local name=$1 suite=$2 folder=$cache/compose-v2 found
  say "downloading docker-compose 2 (package \`$name\`${suite:+ of \`$suite\`}) into \`$folder\`"
  apt_unpack "$folder/files" "$name" "$suite" || return 1
  found=$(find "$folder/files" -path '*/cli-plugins/docker-compose' -type f | head -n 1)
  [ -n "$found" ] || return 1
  mkdir -p "$folder/bin"
  ln -sf "$found" "$folder/bin/docker-compose"
  compose_found 2
}

# Exports PRISMA_TEST_COMPOSE_V1 and PRISMA_TEST_COMPOSE_V2, and reports a missing one with the reason.
compose_export() {
  unset PRISMA_TEST_COMPOSE_V1 PRISMA_TEST_COMPOSE_V2
  if compose_v1; then
    compose_v1_quick
    export PRISMA_TEST_COMPOSE_V1=$compose_path
  else
    compose_missing 'tests with docker-compose 1' "$compose_why"
  fi
  if compose_v2; then
    export PRISMA_TEST_COMPOSE_V2=$compose_path
  else
    compose_missing 'tests with docker-compose 2' "$compose_why"
  fi
}

# compose_missing WHAT WHY
compose_missing() { warn "skipping $1 ($2)"; }
