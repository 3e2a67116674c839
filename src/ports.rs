//! Ports of this machine: which are in use, by what, and which is the next free one.

mod process;

use crate::context::Context;
use crate::docker::{Tools, ask};
use std::collections::BTreeSet;
use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

/// What listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    Container {
        name: String,
        /// Its compose project, if it has one.
        project: Option<String>,
    },
    Process {
        pid: u32,
        name: String,
        /// Whether it is this user's, and so can be asked to end.
        own: bool,
    },
    /// A program of another user, whose processes the system does not show.
    User(String),
    Unknown,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::Container {
                name,
                project: Some(project),
            } => write!(f, "container `{name}` of compose project `{project}`"),
            Holder::Container { name, .. } => write!(f, "container `{name}`"),
            Holder::Process { pid, name, .. } => write!(f, "`{name}` (process {pid})"),
            Holder::User(user) => write!(f, "a program of user `{user}`"),
            Holder::Unknown => f.write_str("another program"),
        }
    }
}

/// What listens on a port: a container of the engine, or a process. Not knowing is not a failure.
pub fn holder(ctx: &Context, tools: Option<&Tools>, port: u16) -> Holder {
    let container = tools.and_then(|tools| container(ctx, tools, port));
    container
        .or_else(|| process::holder(port))
        .unwrap_or(Holder::Unknown)
}

/// The process that listens on a port, as far as the system shows it.
pub fn process_of(port: u16) -> Option<Holder> {
    process::holder(port)
}

fn container(ctx: &Context, tools: &Tools, port: u16) -> Option<Holder> {
    let found = ask::publishers(ctx, tools, port).ok()?;
    let (name, project) = found.into_iter().next()?;
    Some(Holder::Container { name, project })
}

/// Whether a port can be published on this machine. Docker publishes on both families where no
/// address is given.
pub fn is_free(bind: Option<IpAddr>, port: u16) -> bool {
    match bind {
        Some(ip) => can_listen(ip, port),
        None => {
            can_listen(Ipv4Addr::UNSPECIFIED.into(), port)
                && can_listen(Ipv6Addr::UNSPECIFIED.into(), port)
        }
    }
}

fn can_listen(ip: IpAddr, port: u16) -> bool {
    match TcpListener::bind((ip, port)) {
        Ok(_) => true,
        // Other errors do not matter: the engine can open ports below 1024, IPv6 may be missing, and a
        // wrong address is refused by docker.
        Err(error) => error.kind() != ErrorKind::AddrInUse,
    }
}

/// The first free port from `from` on that is not one of `others`.
pub fn next_free(from: u16, bind: Option<IpAddr>, others: &BTreeSet<u16>) -> Option<u16> {
    (from..=u16::MAX)
        .take(1000)
        .find(|port| !others.contains(port) && is_free(bind, *port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_uses_its_port_on_its_own_address_and_on_all() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let port = listener.local_addr().expect("bound").port();
        assert!(!is_free(Some(Ipv4Addr::LOCALHOST.into()), port));
        assert!(!is_free(Some(Ipv4Addr::UNSPECIFIED.into()), port));
        assert!(!is_free(None, port));
        let next = next_free(port, None, &BTreeSet::from([port + 1]));
        assert!(next.is_some_and(|next| next > port + 1));
        drop(listener);
        // A process that another test starts has a copy of the listener for a moment.
        let becomes_free = (0..1000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(2));
            is_free(None, port)
        });
        assert!(becomes_free);
    }

    #[test]
    fn a_listener_of_either_family_is_found() {
        let Ok(listener) = TcpListener::bind("[::1]:0") else {
            crate::skip::skip("a listener on IPv6", "no IPv6");
            return;
        };
        let port = listener.local_addr().expect("bound").port();
        assert!(!is_free(None, port), "published on both families");
        assert!(is_free(Some(Ipv4Addr::UNSPECIFIED.into()), port));
    }
}
