#!/bin/sh
# Runs a command, such as your tests, against a temporary cluster with the service of this folder's `prisma.yml`, and
# deletes the cluster afterwards: `sh ci.sh npm test`. For any CI with Docker; see github-actions.yml, gitlab-ci.yml.
#
# The command finds the server's URL in PRISMA_SERVER_URL and the cluster's name in PRISMA_CLI_CLUSTER. Each flag of `prisma`
# can be set through a variable, e.g. PRISMA_CLI_VERSION=1.2 or PRISMA_CLI_WAIT_TIMEOUT=10m.
set -eu
[ $# -gt 0 ] || { echo "usage: ci.sh COMMAND..." >&2; exit 2; }

PRISMA_CLI_NAME=${PRISMA_CLI_NAME:-ci-${GITHUB_RUN_ID:-${CI_JOB_ID:-$$}}}
PRISMA_CLI_CLUSTER=$PRISMA_CLI_NAME
PRISMA_CLI_NO_INPUT=true
# a separate registry, so that the user's own is not changed
PRISMA_HOME=$(mktemp -d)
export PRISMA_CLI_NAME PRISMA_CLI_CLUSTER PRISMA_CLI_NO_INPUT PRISMA_HOME
# only this machine needs to reach the server, unless docker runs on another one
case ${DOCKER_HOST:-unix:} in
  unix:*) export PRISMA_CLI_BIND="${PRISMA_CLI_BIND:-127.0.0.1}" ;;
esac

started=''
clean() {
  status=$?
  trap '' EXIT HUP INT TERM
  # a failed start has already shown the last log lines
  [ "$status" -eq 0 ] || [ -z "$started" ] || prisma local logs --tail 100 >&2 || true
  if prisma local delete --yes >&2; then
    rm -rf "$PRISMA_HOME"
  else
    echo "the cluster's files are kept in $PRISMA_HOME" >&2
  fi
  exit "$status"
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

prisma local start >&2
started=yes
prisma deploy --no-write >&2
PRISMA_SERVER_URL=$(prisma cluster list | awk -F '\t' -v name="$PRISMA_CLI_NAME" '$1 == name { print $5 }')
export PRISMA_SERVER_URL
"$@"
