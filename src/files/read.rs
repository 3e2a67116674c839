//! Reading files so that it ends: regular files up to a length, and pipes only where the user names one.

use super::failure;
use crate::error::{Failure, Kind, Result};
use crate::interrupt::Interrupt;
use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

/// In bytes. No file that this program reads is longer.
pub const LONGEST: u64 = 64 << 20;
/// How long the writer of a pipe may take, such as a password manager that asks for its own password.
const PATIENCE: Duration = Duration::from_secs(120);

/// The text of a regular file; `None` if it does not exist.
pub fn read_text(path: &Path) -> Result<Option<String>> {
    match read_bytes(path, LONGEST) {
        Ok(bytes) => text(path, bytes).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failure("read", path, error)),
    }
}

/// The same for a path from the command line, which may be a pipe: `<(…)`, `/dev/stdin`.
pub fn read_given(path: &Path, longest: u64, interrupt: &Interrupt) -> Result<Option<String>> {
    let is_pipe = |kind: FileType| kind.is_fifo() || kind.is_char_device();
    let wrap = |error: io::Error| failure("read", path, error);
    let bytes = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Ok(metadata) if is_pipe(metadata.file_type()) => {
            refuse_device(&metadata).map_err(wrap)?;
            let owned = path.to_owned();
            let open = move || File::open(owned);
            read_pipe(&path.display().to_string(), open, longest, interrupt)?
        }
        _ => read_bytes(path, longest).map_err(wrap)?,
    };
    text(path, bytes).map(Some)
}

/// What a pipe brings to its end. `name` is for messages.
pub fn read_pipe(
    name: &str,
    open: impl FnOnce() -> io::Result<File> + Send + 'static,
    longest: u64,
    interrupt: &Interrupt,
) -> Result<Vec<u8>> {
    let late = || {
        let limit = humantime::format_duration(PATIENCE);
        let message = format!("could not read `{name}`: it has not ended within {limit}");
        Failure::new(Kind::Io, message).hint("close its other end, or use a file")
    };
    let bytes = interrupt.run_within(PATIENCE, &late, move || bounded(open()?, longest))?;
    bytes.map_err(|error| failure("read", Path::new(name), error))
}

/// Opens a regular file.
pub fn open(path: &Path) -> io::Result<File> {
    refuse_special(&fs::metadata(path)?)?;
    // What was a file may have become a pipe since, which must not block.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(NONBLOCK)
        .open(path)?;
    refuse_special(&file.metadata()?)?;
    Ok(file)
}

/// Opening and reading never wait. Has no effect on regular files.
pub(super) const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

pub(super) fn read_bytes(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    bounded(open(path)?, longest)
}

/// Everything up to the end, which must come in time.
pub fn bounded(reader: impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let limit = match longest {
            limit if limit >= 1 << 20 => format!("{} MiB", limit >> 20),
            limit => format!("{} KiB", limit >> 10),
        };
        let text = format!("it is longer than {limit}");
        return Err(io::Error::new(ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
        let message = format!("{}:{line}: not UTF-8 text", path.display());
        Failure::new(Kind::ConfigInvalid, message).hint("save the file as UTF-8")
    })
}

/// Fails for all but regular files: pipes and sockets may never end, and some devices act when they
/// are merely opened.
pub(super) fn refuse_special(metadata: &fs::Metadata) -> io::Result<()> {
    let what = match metadata.file_type() {
        kind if kind.is_file() => return Ok(()),
        kind if kind.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        kind if kind.is_fifo() => "a named pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    };
    Err(io::Error::other(format!("it is {what}, not a file")))
}

/// Of all devices, only the one that is always empty is read: it stands for no file.
fn refuse_device(metadata: &fs::Metadata) -> io::Result<()> {
    let is_null = || fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == metadata.rdev());
    if metadata.file_type().is_fifo() || is_null() {
        return Ok(());
    }
    refuse_special(metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let home = tempfile::tempdir().expect("temporary folder");
        let path = home.path().join("x");
        assert_eq!(read_text(&path), Ok(None));
        fs::write(&path, b"a\nb\xff").expect("writes");
        let failure = read_text(&path).expect_err("not text");
        assert_eq!(
            failure.message(),
            format!("{}:2: not UTF-8 text", path.display())
        );
        let failure = read_text(home.path()).expect_err("a folder");
        assert!(failure.message().ends_with("is a directory"), "{failure}");
    }

    #[test]
    fn what_has_the_greatest_length_is_read_and_one_byte_more_is_not() {
        assert_eq!(bounded(&[b'a'; 2048][..], 2048).expect("fits").len(), 2048);
        let error = bounded(&[b'a'; 2049][..], 2048).expect_err("too long");
        assert_eq!(error.to_string(), "it is longer than 2 KiB");
        let error = bounded(io::repeat(0), 1 << 20).expect_err("endless");
        assert_eq!(error.to_string(), "it is longer than 1 MiB");
    }
}
