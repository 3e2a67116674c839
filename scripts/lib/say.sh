# shellcheck shell=bash
# What all scripts share: paths, messages, and whether they are root.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# the engine is in these folders, which Debian has on PATH only for root
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
  bold='' red='' green='' yellow='' plain=''
fi

# everything goes to stderr: stdout is for results
say() { printf '%s\n' "$*" >&2; }
head_line() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain" >&2; }
good() { printf '%s%s%s\n' "$green" "$*" "$plain" >&2; }
warn() { printf '%swarning:%s %s\n' "$yellow" "$plain" "$*" >&2; }
fail() { printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2; }
die() {
  fail "$@"
  exit 1
}

# a frame that is hard to overlook
boxed() {
  local line width=0
  for line in "$@"; do [ "${#line}" -gt "$width" ] && width=${#line}; done
  local rule
  rule=$(printf '%*s' $((width + 4)) '' | tr ' ' '#')
  printf '\n%s%s\n' "$yellow" "$rule" >&2
  for line in "$@"; do printf '# %-*s #\n' "$width" "$line" >&2; done
  printf '%s%s\n\n' "$rule" "$plain" >&2
}

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }
# root, or a sudo that asks for no password
can_root() { is_root || sudo -n true 2>/dev/null; }
as_root() { if is_root; then "$@"; else sudo -n -- "$@"; fi; }

in_ci() { [ "${CI:-}" = true ]; }

# seconds with tenths since a time that `date +%s%N` printed
since() {
  local tenths=$((($(date +%s%N) - $1) / 100000000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# the end of a log, indented
show_end() { tail -n "${2:-15}" "$1" 2>/dev/null | sed 's/^/  | /' >&2; }
