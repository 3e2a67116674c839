//! Writing to a place that the user names: a file, or a pipe or device that takes the text.

use super::{Access, Replaces, failure, write_atomic};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use std::fs::{self, File, FileType};
use std::io::{self, Write};
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

    fn write(&self, path: PathBuf, bytes: &[u8]) -> io::Result<()> {
        match self {
            // Opened again, they would be written from their beginning.
            Stream::Descriptor(1) => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes)?;
                stdout.flush()
            }
            Stream::Descriptor(2) => io::stderr().write_all(bytes),
            // A file behind it may contain what others have written.
            Stream::Descriptor(_) => File::options().append(true).open(path)?.write_all(bytes),
            Stream::Special => {
                let mut file = File::options().write(true).open(path)?;
                if !takes_text(file.metadata()?.file_type()) {
                    return Err(io::Error::other("it was replaced meanwhile"));
                }
                file.write_all(bytes)
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

/// Writes a text where the user wants it. Whoever reads a pipe may take their time, up to a signal.
pub fn write_given(
    path: &Path,
    text: &Secret,
    access: Access,
    replaces: &Replaces,
    interrupt: &Interrupt,
) -> Result<()> {
    let Some(stream) = Stream::at(path) else {
        return write_atomic(path, text.reveal().as_bytes(), access, replaces);
    };
    let (to, text) = (path.to_owned(), text.clone());
    let written = interrupt.run(move || stream.write(to, text.reveal().as_bytes()))?;
    written.map_err(|error| failure("write", path, error))
}
