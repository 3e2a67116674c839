# shellcheck shell=bash
# Steps: each says what it runs and how long it took, and none keeps the next from running.

steps_passed=0 steps_failed=0 steps_skipped=0
steps_lines=() steps_skips=()
child=''

# Runs a command so that a signal to this script is acted on at once and reaches the command: in the background, but
# with its input and its place in the terminal's foreground group.
run_child() {
  local result=0
  env --default-signal=INT --default-signal=QUIT "$@" <&0 &
  child=$!
  wait "$child" || result=$?
  child=''
  return $result
}

steps_guard() {
  trap 'steps_interrupted INT 130' INT
  trap 'steps_interrupted TERM 143' TERM HUP
}

steps_interrupted() {
  trap '' INT TERM HUP
  fail "interrupted${child:+; waiting for what is running to clean up}"
  if [ -n "$child" ]; then
    # from a terminal it has its Ctrl-C already
    if [ "$1" = INT ]; then sleep 1; fi
    kill -s "$1" "$child" 2>/dev/null || true
    wait "$child" || true
  fi
  exit "$2"
}

# step NAME COMMAND ARGUMENT...
step() {
  local name=$1 started result=0
  shift
  head_line "$name"
  started=$(date +%s%N)
  run_child "$@" || result=$?
  if [ $result -eq 0 ]; then step_passed "$name" "$started"; else step_failed "$name" "$started" "exit status $result"; fi
}

step_passed() {
  steps_passed=$((steps_passed + 1))
  steps_lines+=("$(printf 'ok       %-34s %9s' "$1" "$(since "$2")")")
  good "ok: $1 ($(since "$2"))"
}

step_failed() {
  steps_failed=$((steps_failed + 1))
  steps_lines+=("$(printf 'failed   %-34s %9s  %s' "$1" "$(since "$2")" "$3")")
  say "${red}failed: $1 ($(since "$2"), $3)$plain"
}

# step_skipped WHAT REASON: something that this machine cannot do, or was told not to
step_skipped() {
  steps_skipped=$((steps_skipped + 1))
  steps_skips+=("skipped: $1 ($2)")
}

# step_impossible WHAT REASON: what cannot run. CI and its like are to run everything, so there it has failed.
step_impossible() {
  if in_ci; then
    head_line "$1"
    step_failed "$1" "$(date +%s%N)" "$2"
  else
    step_skipped "$@"
  fi
}

# Tests write what they could not try into a file, a line each: `skipped: WHAT (WHY)`.
skips_begin() {
  PRISMA_TEST_SKIPS=$(mktemp)
  chmod 666 "$PRISMA_TEST_SKIPS"
  export PRISMA_TEST_SKIPS
}

skips_end() {
  local line
  while IFS= read -r line; do
    line=${line#skipped: }
    line=${line%)}
    case $line in
      # what is to be installed where all is to be tested
      *'(no `zsh`' | *'(no `fish`' | *'(no `make`') step_impossible "${line% (*}" "${line##* (}" ;;
      *) step_skipped "${line% (*}" "${line##* (}" ;;
    esac
  done < <(sort -u "$PRISMA_TEST_SKIPS")
  rm -f "$PRISMA_TEST_SKIPS"
  unset PRISMA_TEST_SKIPS
}

# the table, the skips, the closing line; its status is the run's
steps_summary() {
  local line
  head_line "summary ($(since "$1"))"
  for line in "${steps_lines[@]}" "${steps_skips[@]}"; do say "$line"; done
  printf 'steps: %d passed, %d failed, %d skipped\n' "$steps_passed" "$steps_failed" "$steps_skipped"
  [ "$steps_failed" -eq 0 ]
}
