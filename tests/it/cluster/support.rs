//! A home to run the program in, and servers for it to ask.

pub mod server;

pub use crate::support::home::Home;
pub use server::{Auth, Cloud, Server, respond, serve, silent};

/// An address where nothing listens.
pub fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    format!("http://{}", listener.local_addr().expect("bound"))
}

/// A key that is made once for all tests.
pub fn key() -> &'static prisma_cli::testing::secret::keys::PrivateKey {
    use std::sync::OnceLock;
    static KEY: OnceLock<prisma_cli::testing::secret::keys::PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| prisma_cli::testing::secret::keys::generate().expect("random"))
}
