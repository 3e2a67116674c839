//! Addresses of servers: URLs, hosts and ports.

pub mod address;
pub mod host;
