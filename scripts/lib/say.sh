# shellcheck shell=bash
# What every script here shares: where things are, how they speak, who they are.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Debian leaves these out for everybody but root, and the engine is in there
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
  bold='' red='' green='' yellow='' plain=''
fi

# all of it goes to stderr: stdout belongs to results
say() { printf '%s\n' "$*" >&2; }
head_line() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain" >&2; }
good() { printf '%s%s%s\n' "$green" "$*" "$plain" >&2; }
warn() { printf '%swarning:%s %s\n' "$yellow" "$plain" "$*" >&2; }
fail() { printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2; }
die() {
  fail "$@"
  exit 1
}

# a frame that nobody overlooks
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
# root, or a sudo that asks nobody anything
can_root() { is_root || sudo -n true 2>/dev/null; }
as_root() { if is_root; then "$@"; else sudo -n -- "$@"; fi; }

in_ci() { [ "${CI:-}" = true ]; }

# seconds with tenths since the `date +%s%N` that is given
since() {
  local tenths=$((($(date +%s%N) - $1) / 100000000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# the end of a log, indented, for a failure that has to be told once
show_end() { tail -n "${2:-15}" "$1" 2>/dev/null | sed 's/^/  | /' >&2; }
