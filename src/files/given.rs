//! Writing to a place that the user names: a file, or a pipe or device that takes the text.

use super::{Access, Replaces, failure, write_atomic};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use std::fs::{self, File, FileType};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// What takes text and is never replaced.
enum Stream {
    /// A descriptor of this process: `/dev/stdout`, `/dev/fd/3`.
    Descriptor(u32),
    /// A named pipe, a terminal, `/dev/null`.
    Special,
}

/// Whether writing there replaces nothing.
pub fn is_stream(path: &Path) -> bool {
    Stream::at(path).is_some()
}

impl Stream {
    fn at(path: &Path) -> Option<Stream> {
        if let Some(number) = descriptor(path) {
            return Some(Stream::Descriptor(number));
        }
        let metadata = fs::metadata(path).ok()?;
        takes_text(metadata.file_type()).then_some(Stream::Special)
    }

    fn open(&self, path: PathBuf) -> io::Result<File> {
        let own = |descriptor: io::Result<OwnedFd>| descriptor.map(File::from);
        match self {
            // Opened again, they would be written from their beginning.
            Stream::Descriptor(1) => own(io::stdout().as_fd().try_clone_to_owned()),
            Stream::Descriptor(2) => own(io::stderr().as_fd().try_clone_to_owned()),
            // A file behind it may contain what others have written.
            Stream::Descriptor(_) => File::options().append(true).open(path),
            Stream::Special => {
                let file = File::options().write(true).open(path)?;
                if takes_text(file.metadata()?.file_type()) {
                    return Ok(file);
                }
                Err(io::Error::other("it was replaced meanwhile"))
            }
        }
    }
}

fn takes_text(kind: FileType) -> bool {
    kind.is_fifo() || kind.is_char_device()
}

fn descriptor(path: &Path) -> Option<u32> {
    match path.to_str()? {
        "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        path => {
            let folders = ["/dev/fd/", "/proc/self/fd/"];
            let number = folders.iter().find_map(|folder| path.strip_prefix(folder));
            number?.parse().ok()
        }
    }
}

/// Writes text where the user wants it. A reader of a pipe may take its time, up to a signal.
pub fn write_given(
    path: &Path,
    text: &Secret,
    access: Access,
    replaces: &Replaces,
    interrupt: &Interrupt,
) -> Result<()> {
    let Some(mut stream) = open_stream(path, interrupt)? else {
        return write_atomic(path, text.reveal().as_bytes(), access, replaces);
    };
    let text = text.clone();
    let written = interrupt.run(move || stream.write_all(text.reveal().as_bytes()))?;
    written.map_err(|error| failure("write", path, error))
}

/// What takes text at a path, opened; `None` for a file. Opening a pipe waits for its reader, up to a signal.
pub fn open_stream(path: &Path, interrupt: &Interrupt) -> Result<Option<File>> {
    let Some(stream) = Stream::at(path) else {
        return Ok(None);
    };
    let to = path.to_owned();
    let opened = interrupt.run(move || stream.open(to))?;
    opened
        .map(Some)
        .map_err(|error| failure("write", path, error))
}
