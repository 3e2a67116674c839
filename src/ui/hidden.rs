//! A secret typed or pasted without being shown.
//!
//! Prompt libraries read one line, and lose the rest of a pasted private key. Here a key is read up to
//! its last line.

use super::mute::Mute;
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use std::io::{self, Write};

/// Asks on stderr; `None` if the user cancels.
pub(super) fn ask(question: &str, interrupt: &Interrupt) -> io::Result<Option<Secret>> {
    // Mute before the question shows: some paste at once.
    let mute = Mute::hold()?;
    // A closed stderr does not prevent an answer.
    let _ = write!(io::stderr(), "? {question} ");
    let _ = io::stderr().flush();
    let answer = read(&mute, interrupt);
    // What is left of a paste must not be shown, nor answer what is asked next.
    mute.discard();
    drop(mute);
    let shown = match &answer {
        Ok(Some(text)) if text.is_empty() => "(empty)",
        Ok(Some(_)) => "(hidden)",
        _ => "",
    };
    let _ = writeln!(io::stderr(), "{shown}");
    Ok(answer?.map(Secret::from))
}

/// How an answer ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Given,
    Cancelled,
}

/// The answer so far.
#[derive(Default)]
struct Answer {
    bytes: Vec<u8>,
}

impl Answer {
    /// Adds what was read from the terminal. `paused`: nothing had arrived for a while, as between
    /// keystrokes but not within a paste.
    fn take(&mut self, chunk: &[u8], paused: bool) -> Option<End> {
        let mut rest = chunk;
        while let Some((byte, after)) = rest.split_first() {
            let paused = paused && rest.len() == chunk.len();
            rest = after;
            match byte {
                b'\r' | b'\n' => {
                    if *byte == b'\r' {
                        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                    }
                    if self.ends_at_newline(rest.is_empty(), paused) {
                        return Some(End::Given);
                    }
                    if !self.is_blank() {
                        self.bytes.push(b'\n');
                    }
                }
                0x03 => return Some(End::Cancelled),
                // Ctrl-D ends an answer, and cancels where there is none.
                0x04 if self.is_blank() => return Some(End::Cancelled),
                0x04 => return Some(End::Given),
                // Ctrl-U
                0x15 => self.bytes.clear(),
                0x08 | 0x7f => self.erase(),
                0x1b if rest.is_empty() => return Some(End::Cancelled),
                // An arrow key, or the brackets some terminals put around a paste.
                0x1b => rest = after_sequence(rest),
                byte => self.bytes.push(*byte),
            }
        }
        None
    }

    /// A line ends the answer, but for those within a key.
    fn ends_at_newline(&self, last: bool, paused: bool) -> bool {
        let text = String::from_utf8_lossy(&self.bytes);
        if text.trim().is_empty() {
            // A key copied with an empty line before it continues in the same paste.
            return last;
        }
        if !text.trim_start().starts_with("-----BEGIN") && !text.contains("\"-----BEGIN") {
            return true;
        }
        let line = text.rsplit('\n').next().unwrap_or_default();
        // An empty line typed by hand ends a truncated key.
        text.contains("-----END") || (line.trim().is_empty() && paused)
    }

    fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// Deletes the last character.
    fn erase(&mut self) {
        while let Some(byte) = self.bytes.pop() {
            // The other bytes of a character all begin with 10.
            if byte & 0xc0 != 0x80 {
                break;
            }
        }
    }

    fn text(self) -> io::Result<String> {
        String::from_utf8(self.bytes)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the answer is not UTF-8 text"))
    }
}

/// What follows an escape sequence such as `[A` or `[200~`.
fn after_sequence(rest: &[u8]) -> &[u8] {
    let body = match rest {
        [b'[' | b'O', body @ ..] => body,
        [_, after @ ..] => return after,
        [] => return rest,
    };
    match body.iter().position(|byte| (0x40..0x7f).contains(byte)) {
        Some(end) => &body[end + 1..],
        None => &[],
    }
}

fn read(mute: &Mute, interrupt: &Interrupt) -> io::Result<Option<String>> {
    use std::time::{Duration, Instant};
    /// A pause this long means typing, not pasting.
    const PAUSE: Duration = Duration::from_millis(250);
    let mut answer = Answer::default();
    let mut chunk = [0; 4096];
    let mut last = Instant::now();
    let mut at_once = 0;
    loop {
        if interrupt.requested() {
            return Ok(None);
        }
        let begun = Instant::now();
        let read = mute.read(&mut chunk)?;
        if read == 0 {
            // A terminal that was hung up returns nothing, without waiting.
            at_once += u32::from(begun.elapsed() < Duration::from_millis(20));
            if at_once > 100 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        }
        at_once = 0;
        let paused = last.elapsed() >= PAUSE;
        last = Instant::now();
        match answer.take(&chunk[..read], paused) {
            Some(End::Given) => return answer.text().map(Some),
            Some(End::Cancelled) => return Ok(None),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes chunks, each after a pause or not, and gives the end and the text.
    fn take(chunks: &[(&str, bool)]) -> (Option<End>, String) {
        let mut answer = Answer::default();
        let mut end = None;
        for (chunk, paused) in chunks {
            assert_eq!(end, None, "ended before {chunk:?}");
            end = answer.take(chunk.as_bytes(), *paused);
        }
        (end, answer.text().expect("text"))
    }

    fn given(chunks: &[(&str, bool)]) -> String {
        let (end, text) = take(chunks);
        assert_eq!(end, Some(End::Given), "{chunks:?}");
        text
    }

    #[test]
    fn a_line_is_an_answer_as_it_is() {
        assert_eq!(given(&[(" a b ", true), ("\r", true)]), " a b ");
        assert_eq!(given(&[("one\ntwo\n", true)]), "one");
        assert_eq!(given(&[("\r", true)]), "");
        assert_eq!(given(&[("aü\x7f\x7fbc\x08\n", true)]), "b");
        assert_eq!(given(&[("abc\x15d\x04", true)]), "d");
        assert_eq!(given(&[("a\x1b[D\x1bOAb\r\n", true)]), "ab");
    }

    #[test]
    fn a_key_is_read_to_its_last_line_whatever_its_line_ends() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n\ndef\n-----END RSA PRIVATE KEY-----";
        for newline in ["\n", "\r", "\r\n"] {
            let pasted = key.replace('\n', newline) + newline;
            assert_eq!(given(&[(&pasted, true)]), key, "{newline:?}");
            // The same in two pieces, cut anywhere but within a line end.
            for cut in (1..pasted.len()).filter(|at| !pasted[..*at].ends_with('\r')) {
                let (first, second) = pasted.split_at(cut);
                if second.trim().is_empty() {
                    continue;
                }
                assert_eq!(given(&[(first, true), (second, false)]), key, "{cut}");
            }
        }
        let bracketed = format!("\x1b[200~\n{key}\n\x1b[201~");
        assert_eq!(given(&[(&bracketed, true)]), key);
        let escaped = r#""-----BEGIN X-----\r\nabc\r\n-----END X-----\r\n""#;
        assert_eq!(given(&[(escaped, true), ("\r", true)]), escaped);
    }

    #[test]
    fn a_truncated_key_ends_at_an_empty_line_typed_by_hand() {
        let half = "-----BEGIN RSA PRIVATE KEY-----\nabc";
        assert_eq!(take(&[(half, true), ("\n", true)]).0, None);
        let text = given(&[(half, true), ("\n", true), ("\n", true)]);
        assert_eq!(text.trim_end(), half);
    }

    #[test]
    fn esc_and_ctrl_c_cancel() {
        for key in ["\x1b", "\x03"] {
            assert_eq!(take(&[("abc", true), (key, true)]).0, Some(End::Cancelled));
        }
        assert_eq!(take(&[("\x04", true)]).0, Some(End::Cancelled));
    }
}
