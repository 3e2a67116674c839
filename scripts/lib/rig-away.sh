# shellcheck shell=bash
# "Another machine" for trials with a remote engine: a second network namespace, `RIG-away`, connected to the rig's by
# one wire. From there the engine and its published ports have an address of their own, which is not loopback.

rig_away_engine=198.18.0.1
rig_away_engine_v6=fd00:d0c::1
# a firewall in between drops packets to these ports
rig_away_dropped=29000:29099

rig_away_create() {
  ip netns add "$rig-away"
  ip link add away0 netns "$rig" type veth peer name away0 netns "$rig-away"
  rig_away_wire "$rig" "$rig_away_engine" "$rig_away_engine_v6"
  rig_away_wire "$rig-away" 198.18.0.2 fd00:d0c::2
  nsenter --net="/run/netns/$rig-away" -- iptables -w -A OUTPUT -p tcp --dport "$rig_away_dropped" -j DROP
  # `sshd` started by root needs this folder; the system's own `sshd` would create it, but is not started here
  mkdir -p /run/sshd
}

# rig_away_wire NAMESPACE ADDRESS V6ADDRESS
rig_away_wire() {
  ip -n "$1" link set lo up
  ip -n "$1" addr add "$2/30" dev away0
  # the kernel may be without IPv6
  ip -n "$1" addr add "$3/64" dev away0 nodad 2>/dev/null || true
  ip -n "$1" link set away0 up
}

rig_away_variables() {
  printf '%s\n' "PRISMA_TEST_RIG_ADDRESS=$rig_away_engine"
  # not through a pipe: a grep that has found its line would make its left side fail
  if [[ $(ip -n "$rig" -6 addr show dev away0 2>/dev/null) == *"$rig_away_engine_v6"* ]]; then
    printf 'PRISMA_TEST_RIG_ADDRESS_V6=%s\n' "$rig_away_engine_v6"
  fi
}
