//! What a child prints, read by the thread that waits for it: as it comes, within bounds, and no longer than
//! the child lives.

use super::TAIL_LINES;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::VecDeque;
use std::io::{self, PipeReader, Read};
use std::ops::ControlFlow;
use std::time::Duration;

/// The most that is kept of one stream: many times the longest answer docker gives.
pub const MOST: usize = 64 << 20;
/// A longer line is passed on in parts, as docker itself does (from 16 KiB on).
const LONGEST_LINE: usize = 256 << 10;

/// The pipes of a child that it, or a process it left behind, still holds.
pub struct Pipes(Vec<(usize, PipeReader)>);

impl Pipes {
    pub fn new(pipes: impl IntoIterator<Item = PipeReader>) -> Pipes {
        Pipes(pipes.into_iter().enumerate().collect())
    }

    pub fn are_closed(&self) -> bool {
        self.0.is_empty()
    }

    /// Waits until something was printed, at most for `patience`, and hands out some of it; whether anything
    /// has happened.
    pub fn read(
        &mut self,
        patience: Duration,
        mut on_bytes: impl FnMut(usize, &[u8]),
    ) -> io::Result<bool> {
        let timeout = Timespec::try_from(patience).map_err(io::Error::other)?;
        let mut asked: Vec<PollFd> = self
            .0
            .iter()
            .map(|(_, pipe)| PollFd::new(pipe, PollFlags::IN))
            .collect();
        match poll(&mut asked, Some(&timeout)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(false),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<bool> = asked.iter().map(|one| !one.revents().is_empty()).collect();
        let mut ready = ready.into_iter();
        let mut buffer = vec![0; 64 << 10];
        self.0.retain_mut(|(number, pipe)| {
            if !ready.next().unwrap_or_default() {
                return true;
            }
            match pipe.read(&mut buffer) {
                Ok(0) => false,
                Ok(read) => {
                    on_bytes(*number, &buffer[..read]);
                    true
                }
                Err(error) => error.kind() == io::ErrorKind::Interrupted,
            }
        });
        Ok(true)
    }
}

/// What becomes of the output.
pub enum Sink<'a> {
    /// Kept apart: stdout and stderr.
    Kept([Vec<u8>; 2]),
    /// Passed on line by line.
    Lines(Lines<'a>),
    /// Standard output is passed on as it is, standard error kept.
    Bytes(&'a mut dyn FnMut(&[u8]) -> ControlFlow<()>, Vec<u8>),
}

impl Sink<'_> {
    /// Breaks when no more of it is wanted.
    pub fn take(&mut self, stream: usize, bytes: &[u8]) -> ControlFlow<()> {
        match self {
            Sink::Kept(kept) => kept[stream].extend_from_slice(bytes),
            Sink::Lines(lines) => return lines.take(bytes),
            Sink::Bytes(on_piece, _) if stream == 0 => return on_piece(bytes),
            Sink::Bytes(_, kept) => kept.extend_from_slice(bytes),
        }
        ControlFlow::Continue(())
    }

    /// Whether more was printed than anyone reads.
    pub fn is_full(&self) -> bool {
        match self {
            Sink::Kept(kept) => kept.iter().any(|stream| stream.len() > MOST),
            Sink::Bytes(_, kept) => kept.len() > MOST,
            Sink::Lines(_) => false,
        }
    }

    /// Whether what reads it may be slow, such as a disk.
    pub fn is_slow(&self) -> bool {
        matches!(self, Sink::Bytes(..))
    }

    /// Standard output, and standard error or the last lines of both.
    pub fn into_texts(self) -> (String, String) {
        match self {
            Sink::Kept(kept) => kept.map(into_text).into(),
            Sink::Lines(lines) => (String::new(), lines.tail()),
            Sink::Bytes(_, kept) => (String::new(), into_text(kept)),
        }
    }
}

fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Lines as they are completed.
pub struct Lines<'a> {
    on_line: &'a mut dyn FnMut(&str) -> ControlFlow<()>,
    begun: Vec<u8>,
    tail: VecDeque<String>,
    pub any: bool,
}

impl<'a> Lines<'a> {
    pub fn new(on_line: &'a mut dyn FnMut(&str) -> ControlFlow<()>) -> Lines<'a> {
        Lines {
            on_line,
            begun: Vec::new(),
            tail: VecDeque::new(),
            any: false,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") || self.begun.len() >= LONGEST_LINE {
                self.end_line()?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Passes on what was begun, also if no line end will come.
    pub fn end_line(&mut self) -> ControlFlow<()> {
        let bytes = std::mem::take(&mut self.begun);
        let text = String::from_utf8_lossy(&bytes);
        let text = console::strip_ansi_codes(text.trim_end_matches(['\n', '\r']));
        // With a carriage return, progress redraws itself.
        for line in text.split('\r').filter(|line| !line.trim().is_empty()) {
            self.any = true;
            (self.on_line)(line)?;
            self.tail.push_back(line.to_owned());
            if self.tail.len() > TAIL_LINES {
                self.tail.pop_front();
            }
        }
        ControlFlow::Continue(())
    }

    /// The last of them.
    pub fn tail(&self) -> String {
        self.tail.iter().map(|line| format!("{line}\n")).collect()
    }
}
