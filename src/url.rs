//! URLs of servers: one grammar for everything that takes an address, one rule for host names.

mod host;
mod parts;
mod server_url;

pub use host::{is_host_name, is_loopback, is_own, literal, resolve};
pub use parts::{
    decoded, hidden_until, host_of, is_unencrypted, points_here, port_of, split, without_password,
};
pub use server_url::{ServerUrl, UrlError, host_and_port, invalid_endpoint, without_api_path};
