# shellcheck shell=bash
# Small helpers for the build script. Messages go to stderr: stdout is for --list and --needs.

say() { printf 'standin: %s\n' "$1" >&2; }

# fail MESSAGE [REMEDY]
fail() {
    printf 'standin: error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf 'standin: hint: %s\n' "$2" >&2
    exit 1
}

now() { date +%s%N; }

# since START: seconds with one decimal.
since() {
    local tenths=$((($(now) - $1) / 100000000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}
