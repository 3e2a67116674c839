//! The log of one container as docker prints it, line by line.

use crate::process::TAIL_LINES;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::BufRead;
use std::ops::Range;
use std::sync::mpsc::{Receiver, TryRecvError};

/// A longer line is shown in parts.
const LONGEST_LINE: usize = 256 << 10;

/// What was read of a container's log and not shown yet: one block at a time.
pub struct Source<'a> {
    pub service: &'a str,
    blocks: Receiver<Vec<u8>>,
    block: Vec<u8>,
    /// Where the next line begins in the block.
    at: usize,
    /// The text of the current line in the block.
    line: Option<Range<usize>>,
    /// Its time, as docker prints it.
    time: String,
    /// When it is shown: at its time, but after the line before it. Of what a container prints at the same time on
    /// its two streams, docker may keep the later line first.
    pub place: String,
    /// Whether it prints nothing for now: no one waits for it until it does.
    pub is_quiet: bool,
    /// Whether no more blocks will come.
    has_ended: bool,
    /// Whether the current line continues in the next block.
    goes_on: bool,
    /// What docker itself has to say, the last lines.
    pub own: VecDeque<String>,
}

/// What a source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    Line,
    /// Nothing yet.
    Nothing,
    /// Nothing more.
    Ended,
}

impl<'a> Source<'a> {
    pub fn new(service: &'a str, blocks: Receiver<Vec<u8>>) -> Source<'a> {
        Source {
            service,
            blocks,
            block: Vec::new(),
            at: 0,
            line: None,
            time: String::new(),
            place: String::new(),
            is_quiet: false,
            has_ended: false,
            goes_on: false,
            own: VecDeque::new(),
        }
    }

    /// Looks for the current line, without waiting.
    pub fn look(&mut self) -> Has {
        while self.line.is_none() && !self.read_line() {
            match self.blocks.try_recv() {
                Ok(block) => {
                    self.block.drain(..self.at);
                    self.block.extend_from_slice(&block);
                    (self.at, self.is_quiet) = (0, false);
                }
                Err(TryRecvError::Empty) => return Has::Nothing,
                Err(TryRecvError::Disconnected) if self.at < self.block.len() => {
                    self.has_ended = true;
                }
                Err(TryRecvError::Disconnected) => return Has::Ended,
            }
        }
        Has::Line
    }

    /// It has no line for now, and others have.
    pub fn need_not_wait(&mut self) {
        self.is_quiet = self.line.is_none();
    }

    /// The current line's time and text, if there is one; it is done with then.
    pub fn take(&mut self) -> Option<(&str, Cow<'_, str>)> {
        let line = self.line.take()?;
        let text = String::from_utf8_lossy(&self.block[line]);
        Some((&self.time, plain(text)))
    }

    /// Reads the next line, if the block has all of it.
    fn read_line(&mut self) -> bool {
        let mut left = &self.block[self.at..];
        // Reading memory does not fail.
        let length = left.skip_until(b'\n').unwrap_or(0);
        let next = self.at + length;
        let is_whole = self.block[..next].ends_with(b"\n");
        if length == 0 || !(is_whole || self.has_ended || length >= LONGEST_LINE) {
            return false;
        }
        let line = self.at..next - usize::from(is_whole);
        self.at = next;
        let goes_on = std::mem::replace(&mut self.goes_on, !is_whole);
        if goes_on {
            self.line = Some(line);
            return true;
        }
        let bytes = &self.block[line.clone()];
        let until = bytes.iter().position(|byte| *byte == b' ');
        let time = &bytes[..until.unwrap_or(bytes.len())];
        match std::str::from_utf8(time) {
            Ok(time) if humantime::parse_rfc3339(time.trim_end()).is_ok() => {
                let time = time.trim_end();
                time.clone_into(&mut self.time);
                if self.place.as_str() < time {
                    time.clone_into(&mut self.place);
                }
                let text = until.map_or(line.end, |until| line.start + until + 1);
                self.line = Some(text..line.end);
            }
            _ => self.keep(line),
        }
        true
    }

    /// Only a container's lines have a time.
    fn keep(&mut self, line: Range<usize>) {
        let line = String::from_utf8_lossy(&self.block[line]);
        let line = plain(line);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        if self.own.len() == TAIL_LINES {
            self.own.pop_front();
        }
        self.own.push_back(line.to_owned());
    }
}

/// The text without colours.
fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    // What begins a sequence that `console` finds.
    if !text.contains('\u{1b}') && !text.contains('\u{9b}') {
        return text;
    }
    Cow::Owned(console::strip_ansi_codes(&text).into_owned())
}
