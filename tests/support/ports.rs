//! Ports for one test each, which no other test, of this or of another process, is given at the same time.
//!
//! They lie below the range from which systems take the ports of outgoing connections. The program
//! looks whether they are free, so they cannot be kept by listening on them.

use super::forks;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::OnceLock;

const FIRST: u16 = 20_000;
/// So many ports belong together.
const LEASE: u16 = 8;
/// So many leases has a process.
const LEASES: u16 = 60;
const BLOCKS: u16 = 25;

/// Some ports in a row, until this goes.
pub struct Ports {
    /// The first of them.
    pub first: u16,
}

/// Leases that are out.
static TAKEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

impl Ports {
    /// Free ones.
    pub fn lease() -> Ports {
        static BEGIN: OnceLock<u16> = OnceLock::new();
        let begin = *BEGIN.get_or_init(block);
        let mut taken = TAKEN.lock().expect("not poisoned");
        let _alone = forks::alone();
        let is_free = |port| {
            // A machine without IPv6 has nobody there either.
            let taken = |bound: std::io::Result<TcpListener>| {
                bound.is_err_and(|why| why.kind() == ErrorKind::AddrInUse)
            };
            !taken(TcpListener::bind(("0.0.0.0", port))) && !taken(TcpListener::bind(("::", port)))
        };
        let first = (0..LEASES)
            .map(|number| begin + number * LEASE)
            .find(|first| !taken.contains(first) && (*first..first + LEASE).all(is_free))
            .expect("free ports");
        taken.insert(first);
        Ports { first }
    }
}

impl Drop for Ports {
    fn drop(&mut self) {
        if let Ok(mut taken) = TAKEN.lock() {
            taken.remove(&self.first);
        }
    }
}

/// A block of ports for this process, which listens on the one that stands for the block until it ends:
/// that is seen by every other process, whoever runs it with whatever temporary folder.
fn block() -> u16 {
    let stands_for = |number: u16| TcpListener::bind(("127.0.0.1", FIRST - BLOCKS + number)).ok();
    let held = (0..BLOCKS).find_map(|number| Some((number, stands_for(number)?)));
    let (number, listener) = held.expect("a block of ports that nobody has");
    // Never closed.
    std::mem::forget(listener);
    FIRST + number * LEASE * LEASES
}
