//! Ports for one test each, which no other test, of this or of another process, is given at the same time.
//!
//! They lie below the range from which systems take the ports of outgoing connections. The program
//! looks whether they are free, so they cannot be kept by listening on them.

use std::fs::File;
use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 20_000;
const BLOCK: u16 = 400;
const BLOCKS: u16 = 30;

/// So many ports in a row that are free.
pub fn free(count: u16) -> u16 {
    static BEGIN: OnceLock<u16> = OnceLock::new();
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = *BEGIN.get_or_init(block);
    for _ in 0..BLOCK {
        let offset = NEXT.fetch_add(count, Ordering::Relaxed) % (BLOCK - count);
        let first = begin + offset;
        let is_free = |port| {
            TcpListener::bind(("0.0.0.0", port)).is_ok() && TcpListener::bind(("::", port)).is_ok()
        };
        if (first..first + count).all(is_free) {
            return first;
        }
    }
    panic!("no free ports from {begin} on");
}

/// A block of ports for this process, which holds its lock file until it ends.
fn block() -> u16 {
    let folder = std::env::temp_dir().join("prisma-it-ports");
    std::fs::create_dir_all(&folder).expect("a folder for locks");
    for number in 0..BLOCKS {
        let path = folder.join(number.to_string());
        let Ok(file) = File::options().create(true).append(true).open(path) else {
            // Another user's.
            continue;
        };
        if file.try_lock().is_ok() {
            // Never closed, so that the lock stays.
            std::mem::forget(file);
            return FIRST + number * BLOCK;
        }
    }
    panic!("all blocks of ports are taken: see {}", folder.display());
}
