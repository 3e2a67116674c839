# shellcheck shell=bash
# Another machine, as it were, for trials with a remote engine: a second network namespace, `RIG-away`, with one wire to
# the rig's. Seen from there the engine and what it publishes are at an address of their own, and loopback is not.

rig_away_engine=198.18.0.1
rig_away_engine_v6=fd00:d0c::1
# a firewall on the way drops what goes to these ports
rig_away_dropped=29000:29099

rig_away_create() {
  ip netns add "$rig-away"
  ip link add away0 netns "$rig" type veth peer name away0 netns "$rig-away"
  rig_away_wire "$rig" "$rig_away_engine" "$rig_away_engine_v6"
  rig_away_wire "$rig-away" 198.18.0.2 fd00:d0c::2
  nsenter --net="/run/netns/$rig-away" -- iptables -w -A OUTPUT -p tcp --dport "$rig_away_dropped" -j DROP
  # where root's `sshd` goes into a cage; the system's own makes it when it is started, and it is not
  mkdir -p /run/sshd
}

# rig_away_wire NAMESPACE ADDRESS V6ADDRESS
rig_away_wire() {
  ip -n "$1" link set lo up
  ip -n "$1" addr add "$2/30" dev away0
  # a kernel may be without
  ip -n "$1" addr add "$3/64" dev away0 nodad 2>/dev/null || true
  ip -n "$1" link set away0 up
}

rig_away_exists() { [ -e "/run/netns/$rig-away" ]; }

# A program that runs a command there, as whoever calls it, with their environment. It needs root for one moment.
rig_away_script() {
  cat >"$rig_state/away" <<SCRIPT
#!/bin/bash
# runs a command in the network of another machine
enter=(nsenter --net=/run/netns/$rig-away --)
if [ "\$(id -u)" = 0 ]; then exec "\${enter[@]}" "\$@"; fi
mapfile -d '' environment </proc/\$\$/environ
exec sudo -n -- "\${enter[@]}" setpriv --reuid=$rig_user --regid=$rig_group --init-groups -- env -i "\${environment[@]}" "\$@"
SCRIPT
  chmod 755 "$rig_state/away"
}

rig_away_variables() {
  rig_away_exists || return 0
  printf '%s\n' "PRISMA_TEST_RIG_AWAY=$rig_state/away" "PRISMA_TEST_RIG_ADDRESS=$rig_away_engine"
  # not through a pipe: a grep that has seen enough would make its left side fail
  if [[ $(ip -n "$rig" -6 addr show dev away0 2>/dev/null) == *"$rig_away_engine_v6"* ]]; then
    printf 'PRISMA_TEST_RIG_ADDRESS_V6=%s\n' "$rig_away_engine_v6"
  fi
}
