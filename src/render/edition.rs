//! The parts that differ between the editions.

pub mod cluster;
pub mod server;

use super::compose::Text;
use std::net::IpAddr;

/// A published port: `ADDRESS:OUTSIDE:INSIDE`; without an address, on all interfaces.
fn published(bind: Option<IpAddr>, outside: u16, inside: u16) -> Text {
    Text::literal(&match bind {
        Some(address) => format!("{}:{outside}:{inside}", host(address)),
        None => format!("{outside}:{inside}"),
    })
}

/// An address as written before a port.
fn host(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
