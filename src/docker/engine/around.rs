//! Engines around this program: one whose socket was mounted into the container that this program is in. What it
//! publishes is not on the loopback of that container.

use crate::files;
use crate::url::resolve;
use std::path::Path;
use std::sync::OnceLock;

/// Files that only containers have.
const MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];
/// Only an engine's own machine has its bridge, as does a container that shares the network of that machine.
const BRIDGE: &str = "/sys/class/net/docker0";
/// The name of that machine with Docker Desktop, and wherever it was given to a container.
const NAME: &str = "host.docker.internal";

/// The host under which the ports of such an engine are reached from here.
pub fn host() -> Option<String> {
    static HOST: OnceLock<Option<String>> = OnceLock::new();
    let find = || {
        if !MARKS.iter().any(|mark| Path::new(mark).exists()) || Path::new(BRIDGE).exists() {
            return None;
        }
        let read = |file| files::read_text(Path::new(file)).ok().flatten();
        if !has_socket(&read("/proc/self/mountinfo")?) {
            return None;
        }
        match resolve(NAME) {
            Ok(found) if !found.is_empty() => Some(NAME.to_owned()),
            _ => gateway(&read("/proc/net/route")?),
        }
    };
    HOST.get_or_init(find).clone()
}

/// Whether a socket of docker is mounted. An engine that runs in the container itself makes its own.
fn has_socket(mounts: &str) -> bool {
    let point = |line: &str| line.split(' ').nth(4).map(str::to_owned);
    let mut points = mounts.lines().filter_map(point);
    points.any(|point| point.ends_with("/docker.sock") || point.ends_with("/docker-host.sock"))
}

/// The address of the default gateway: for a container on a bridge, that is the engine's machine.
fn gateway(routes: &str) -> Option<String> {
    let default = routes.lines().find_map(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let (to, by) = (columns.next()?, columns.next()?);
        (to == "00000000" && by != "00000000").then(|| by.to_owned())
    })?;
    // In the byte order of the machine, which is little-endian wherever docker runs.
    let address = u32::from_str_radix(&default, 16).ok()?.swap_bytes();
    Some(std::net::Ipv4Addr::from(address).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mounted_socket_is_another_engines() {
        let overlay = "520 490 0:47 / / rw,relatime - overlay overlay rw";
        let mounted = "533 520 0:23 /docker.sock /run/docker.sock rw - tmpfs tmpfs rw,mode=755";
        assert!(!has_socket(overlay));
        assert!(has_socket(&format!("{overlay}\n{mounted}\n")));
        assert!(has_socket(
            "1 2 0:3 /docker.sock /var/run/docker-host.sock rw - tmpfs x rw"
        ));
    }

    #[test]
    fn the_gateway_is_that_of_the_default_route() {
        let head = "Iface\tDestination\tGateway \tFlags\n";
        let other = "eth0\t000011AC\t00000000\t0001\n";
        let default = "eth0\t00000000\t010011AC\t0003\n";
        let of = |lines: &[&str]| gateway(&lines.concat());
        assert_eq!(of(&[head, other, default]).as_deref(), Some("172.17.0.1"));
        assert_eq!(of(&[head, other]), None);
    }
}
