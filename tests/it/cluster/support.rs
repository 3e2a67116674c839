//! A home to run the program in, and servers for it to ask.

mod server;

pub use crate::support::home::Home;
pub use crate::support::key;
pub use crate::support::standin::Auth;
pub use server::{Cloud, respond, serve, server, silent};

/// An address where nothing listens.
pub fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    format!("http://{}", listener.local_addr().expect("bound"))
}
