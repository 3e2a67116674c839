# shellcheck shell=bash
# The distribution's packages: which are missing, and installing them. Debian 12 and 13, Ubuntu 22.04 and 24.04.

policy=/usr/sbin/policy-rc.d
policy_mark='# written by the prisma scripts for the length of one package installation, process'
policy_ours=''
lists_fresh=''

os_release() { sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | tr -d '"'; }

has_apt() { have apt-get && have dpkg-query; }

# prints those of the given packages that are not installed
packages_missing() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
  done
}

# the version that the configured sources offer; prints nothing if there is none
package_candidate() {
  apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: //p' | grep -v '^(none)$'
}

# a Docker client alone is not enough
engine_missing() { ! have dockerd; }

engine_packages() {
  if engine_missing; then printf 'docker.io\n'; fi
  if ! have docker; then client_package; fi
  have iptables || printf 'iptables\n'
  packages_missing ca-certificates
}

# in older releases the client is part of the engine's package
client_package() {
  packages_lists_once
  if [ -n "$(package_candidate docker-cli)" ]; then printf 'docker-cli\n'; else printf 'docker.io\n'; fi
}

# For the trials that reach an engine over ssh. They run an `sshd` of their own; --quiet-services keeps the
# system's from starting. docker-compose 1 speaks ssh through a library of its own.
ssh_packages() {
  have ssh || printf 'openssh-client\n'
  [ -x /usr/sbin/sshd ] || printf 'openssh-server\n'
  if [ "$(dpkg-query -W -f '${db:Status-Status}' docker-compose 2>/dev/null)" = installed ]; then
    packages_missing python3-paramiko
  fi
}

# cargo links with `cc`, and the cryptography library is written in C
compiler_packages() { have cc || packages_missing gcc libc6-dev; }

# why packages cannot be installed here; prints nothing if they can
install_obstacle() {
  if ! has_apt; then
    printf 'no apt-get on this system'
  elif ! can_root; then
    printf 'not root'
  fi
}

packages_lists() {
  [ -n "$lists_fresh" ] && return
  as_root apt-get -q update >"$1" 2>&1 || return
  lists_fresh=yes
}

# package_candidate needs the lists, and a new machine may have none yet
packages_lists_once() {
  if [ -z "$(package_candidate base-files)" ] && [ -z "$(install_obstacle)" ]; then
    packages_lists /dev/null || true
  fi
}

# packages_install [--quiet-services] NAME...: prints the names first. With --quiet-services the services in these
# packages are not started: the tests start their own.
packages_install() {
  local quiet='' log result=0
  if [ "${1:-}" = --quiet-services ]; then quiet=yes; shift; fi
  [ $# -eq 0 ] && return
  local obstacle
  obstacle=$(install_obstacle)
  if [ -n "$obstacle" ]; then
    fail "cannot install \`$*\`: $obstacle; install them yourself and run this again"
    return 1
  fi
  say "installing packages: \`$*\`"
  log=$(mktemp)
  [ -n "$quiet" ] && policy_deny
  packages_lists "$log" && as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=180 install -y --no-install-recommends --no-remove "$@" >"$log" 2>&1 || result=1
  policy_restore
  if [ $result -ne 0 ]; then
    fail "\`apt-get install $*\` failed; see its last lines:"
    show_end "$log"
  fi
  rm -f "$log"
  return $result
}

# Our own policy-rc.d keeps package scripts from starting services. An existing one is someone's decision and stays in
# force, unless a killed run of these scripts left it behind.
policy_deny() {
  if [ -e "$policy" ]; then
    local owner
    owner=$(sed -n "s/^$policy_mark //p" "$policy" 2>/dev/null)
    if [ -z "$owner" ] || kill -0 "$owner" 2>/dev/null; then
      say "\`$policy\` exists and decides whether new services are started"
      return
    fi
    as_root rm -f "$policy"
  fi
  local new
  new=$(mktemp)
  printf '#!/bin/sh\n%s %s\nexit 101\n' "$policy_mark" "$$" >"$new"
  chmod 755 "$new"
  # --no-clobber: if another file has appeared meanwhile, it stays
  as_root cp --no-clobber "$new" "$policy" 2>/dev/null || true
  rm -f "$new"
  policy_ours=yes
}

policy_restore() {
  [ -n "$policy_ours" ] || return 0
  policy_ours=''
  if grep -qsx "$policy_mark $$" "$policy"; then as_root rm -f "$policy"; fi
}

# The URI of the mirror that this machine uses for its distribution (not for security updates or third-party packages),
# from either format of sources files.
apt_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(RELEASE) $(CODENAME) $(COMPONENT) $(CREATED_BY) $(REPO_URI)' 2>/dev/null |
    awk -v suite="$(os_release VERSION_CODENAME)" \
      '($1 == suite || $2 == suite) && $3 == "main" && $4 == "Packages" { print $5; exit }'
}

# apt_unpack FOLDER NAME [SUITE]: unpacks the files of a package of this suite, or of a newer one on the same mirror.
# Installs nothing, runs no scripts, and does not change apt's state.
apt_unpack() {
  local folder=$1 name=$2 suite=${3:-} state keyring mirror options=()
  state=$(mktemp -d) || return
  if [ -n "$suite" ]; then
    mirror=$(apt_mirror)
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    if [ -z "$mirror" ] || [ ! -f "$keyring" ]; then
      rm -rf "$state"
      return 1
    fi
    mkdir -p "$state"/{lists/partial,cache/archives/partial}
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$state/sources.list"
    options=(-o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=)
    apt-get -q "${options[@]}" update >"$state/log" 2>&1 || { show_end "$state/log"; rm -rf "$state"; return 1; }
  fi
  if (cd "$state" && apt-get -q "${options[@]}" -o APT::Sandbox::User= download "$name") >"$state/log" 2>&1 &&
    dpkg -x "$state/$name"_*.deb "$state/files"; then
    mkdir -p "$(dirname "$folder")" && rm -rf "$folder" && mv "$state/files" "$folder"
  else
    show_end "$state/log" 5
    rm -rf "$state"
    return 1
  fi
  rm -rf "$state"
}
