//! Which process listens, according to `/proc`. Without `/proc` it stays unknown.

use super::Holder;
use std::fs;
use std::path::Path;

/// A socket that listens: its number, and the user who opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Listener {
    inode: u64,
    uid: u32,
}

/// What listens on a port, on either family.
pub fn holder(port: u16) -> Option<Holder> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let texts = tables
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    let found: Vec<Listener> = texts.flat_map(|text| listeners(&text, port)).collect();
    let first = found.first()?;
    let mut processes = fs::read_dir("/proc").ok()?.flatten();
    let holder = processes.find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let listener = found
            .iter()
            .find(|listener| has(&entry.path(), listener.inode))?;
        Some(Holder::Process {
            pid,
            name: name(&entry.path())?,
            own: listener.uid == own_user(),
        })
    });
    Some(holder.unwrap_or_else(|| Holder::User(user(first.uid))))
}

/// The sockets of `/proc/net/tcp` that listen on a port.
fn listeners(table: &str, port: u16) -> Vec<Listener> {
    const LISTEN: &str = "0A";
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, local, _, state, _, _, _, uid, _, inode, ..] = fields.as_slice() else {
            return None;
        };
        let (_, number) = local.rsplit_once(':')?;
        let matches = *state == LISTEN && u16::from_str_radix(number, 16) == Ok(port);
        matches.then_some(Listener {
            inode: inode.parse().ok()?,
            uid: uid.parse().ok()?,
        })
    };
    table.lines().skip(1).filter_map(row).collect()
}

/// Whether a process has a socket open. Those of other users do not show theirs.
fn has(process: &Path, inode: u64) -> bool {
    let wanted = format!("socket:[{inode}]");
    let open = fs::read_dir(process.join("fd"))
        .into_iter()
        .flatten()
        .flatten();
    open.into_iter()
        .any(|entry| fs::read_link(entry.path()).is_ok_and(|to| to.as_os_str() == wanted.as_str()))
}

/// A process's name, cut to 15 characters by the kernel.
fn name(process: &Path) -> Option<String> {
    let short = fs::read_to_string(process.join("comm")).ok()?;
    Some(short.trim_end().to_owned())
}

fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A user's name, or else the number.
fn user(uid: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let is_meant = |line: &&str| line.split(':').nth(2) == Some(&*uid.to_string());
    let line = users.lines().find(is_meant);
    let name = line.and_then(|line| line.split(':').next());
    name.map_or_else(|| uid.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
   0: 0100007F:1172 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 25271 1 0000000000000000 100 0 0 10 0\n\
   1: 0100007F:1172 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 25999 1 0000000000000000 20 4 30 10 -1\n";

    #[test]
    fn a_recorded_table_is_read() {
        let found = listeners(TABLE, 4466);
        assert_eq!(
            found,
            [Listener {
                inode: 25271,
                uid: 1000
            }],
            "listening ones alone"
        );
        assert_eq!(listeners(TABLE, 50000), []);
        let six = TABLE.replace("0100007F", "00000000000000000000000001000000");
        assert_eq!(listeners(&six, 4466), found);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_very_process_is_found() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else {
                crate::skip::skip("who listens on IPv6", "no IPv6");
                continue;
            };
            let port = listener.local_addr().expect("bound").port();
            let Some(Holder::Process { pid, own, .. }) = holder(port) else {
                panic!("not found: {address}");
            };
            assert_eq!((pid, own), (std::process::id(), true));
        }
    }

    #[test]
    fn users_have_names() {
        assert_eq!(user(0), "root");
        assert_eq!(user(4_000_000_000), "4000000000");
    }
}
