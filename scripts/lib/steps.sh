# shellcheck shell=bash
# Steps: each says what it runs and how long it took, and the next one runs whatever became of it.

steps_passed=0 steps_failed=0
steps_lines=()
child=''
# one line each, `SECONDS<TAB>NAME`, `NAME<TAB>REASON` and `NAME<TAB>COUNT`; tests add to them too
steps_notes=$(mktemp -d)
chmod 755 "$steps_notes"
export PRISMA_TEST_TIMES=$steps_notes/times PRISMA_TEST_SKIPS=$steps_notes/skipped PRISMA_TEST_FAULTS=$steps_notes/faults
touch "$PRISMA_TEST_TIMES" "$PRISMA_TEST_SKIPS" "$PRISMA_TEST_FAULTS"
# tests may run as another user
chmod 666 "$PRISMA_TEST_TIMES" "$PRISMA_TEST_SKIPS" "$PRISMA_TEST_FAULTS"

# Runs a command so that this script reacts to a signal at once and the command gets it too: in the background, but with
# this script's input and in the terminal's foreground group.
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
  fail "interrupted${child:+; waiting for the running step to clean up}"
  if [ -n "$child" ]; then
    # a terminal has sent Ctrl-C to it already
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
  step_took "$1" "$2"
  steps_lines+=("$(printf 'ok       %-34s %9s' "$1" "$(since "$2")")")
  good "ok: $1 ($(since "$2"))"
}

step_failed() {
  steps_failed=$((steps_failed + 1))
  step_took "$1" "$2"
  steps_lines+=("$(printf 'failed   %-34s %9s  %s' "$1" "$(since "$2")" "$3")")
  say "${red}failed: $1 ($(since "$2"), $3)$plain"
}

step_took() { printf '%s\t%s\n' "$(since "$2" | cut -d' ' -f 1)" "step: $1" >>"$PRISMA_TEST_TIMES"; }

# step_skipped WHAT REASON: something that this machine cannot do, or that the user turned off
step_skipped() { printf '%s\t%s\n' "$1" "$2" >>"$PRISMA_TEST_SKIPS"; }

# step_impossible WHAT REASON: something that cannot run. CI has to run everything, so there it is a failure.
step_impossible() {
  if in_ci; then
    head_line "$1"
    step_failed "$1" "$(date +%s%N)" "$2"
  else
    step_skipped "$@"
  fi
}

# The steps, the slowest of them and of the trials, what was skipped, how many faults were injected, and the closing line. Its status is the run's.
steps_summary() {
  local line skipped faults
  head_line "summary ($(since "$1"))"
  for line in "${steps_lines[@]}"; do say "$line"; done
  say ''
  say 'slowest, in seconds:'
  sort -rn "$PRISMA_TEST_TIMES" | head -n 10 | while IFS=$'\t' read -r seconds name; do
    say "$(printf '%9s  %s' "$seconds" "$name")"
  done
  sort -u "$PRISMA_TEST_SKIPS" -o "$PRISMA_TEST_SKIPS"
  skipped=$(wc -l <"$PRISMA_TEST_SKIPS")
  if [ "$skipped" -gt 0 ]; then
    say ''
    say "$skipped skipped:"
    sed 's/^/  /; s/\t/: /' "$PRISMA_TEST_SKIPS" >&2
  fi
  # a test that ran more than once counts once
  faults=$(sort -u "$PRISMA_TEST_FAULTS" | awk -F '\t' '{ count += $2 } END { print count + 0 }')
  say ''
  if [ "$faults" -gt 0 ]; then say "$faults faults injected"; fi
  printf '%d passed, %d failed, %d skipped\n' "$steps_passed" "$steps_failed" "$skipped"
  [ "$steps_failed" -eq 0 ]
}
