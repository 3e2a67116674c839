//! What kind of docker-compose a file is, judged by its bytes: v1 takes a third of a second to say its version, and some
//! files that are called so are no program.

use crate::files;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How much of a file shows what it is: at its beginning, and at its end.
const PART: usize = 4096;
/// At the end of the programs that PyInstaller made of v1.
const BUNDLE: &[u8] = b"MEI\x0c\x0b\x0a\x0b\x0e";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// docker-compose v1, a Python program.
    V1,
    /// Cannot be run, and why.
    Broken(&'static str),
    /// v2, or something of which nothing is known until it is run.
    Other,
}

/// What kind of docker-compose a file is.
pub fn of(path: &Path) -> Nature {
    match ends(path) {
        Ok((head, tail)) => judge(&head, &tail),
        Err(_) => Nature::Other,
    }
}

fn ends(path: &Path) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let mut file = files::open(path)?;
    let part = PART as u64;
    let mut head = Vec::new();
    (&mut file).take(part).read_to_end(&mut head)?;
    let mut tail = Vec::new();
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(part)))?;
    file.take(part).read_to_end(&mut tail)?;
    Ok((head, tail))
}

fn judge(head: &[u8], tail: &[u8]) -> Nature {
    if let Some(script) = head.strip_prefix(b"#!") {
        let first = script.split(|byte| *byte == b'\n').next();
        let interpreter = String::from_utf8_lossy(first.unwrap_or_default());
        return if interpreter.contains("python") {
            Nature::V1
        } else {
            Nature::Other
        };
    }
    if head.starts_with(b"\x7fELF") {
        let is_bundle = tail.windows(BUNDLE.len()).any(|window| window == BUNDLE);
        return match (runs_here(head), is_bundle) {
            (false, _) => Nature::Broken("it is for another CPU architecture"),
            (true, true) => Nature::V1,
            (true, false) => Nature::Other,
        };
    }
    let is_text = std::str::from_utf8(head).is_ok_and(|text| !text.contains('\0'));
    if is_text {
        Nature::Broken("it is text, such as a web page saved in place of the program")
    } else {
        Nature::Other
    }
}

/// Whether the machine that an ELF file is for is this one, or one whose programs run here too.
fn runs_here(head: &[u8]) -> bool {
    let machine = head.get(18..20).map(|bytes| (bytes[0], bytes[1]));
    let known: &[u8] = match std::env::consts::ARCH {
        "x86_64" => &[62, 3],
        "aarch64" => &[183, 40],
        _ => return true,
    };
    machine.is_none_or(|(low, high)| high == 0 && known.contains(&low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u8) -> Vec<u8> {
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head.resize(18, 0);
        head.extend([machine, 0]);
        head
    }

    #[test]
    fn a_file_is_judged_by_its_bytes() {
        let (here, elsewhere) = match std::env::consts::ARCH {
            "aarch64" => (183, 62),
            _ => (62, 183),
        };
        let text = Nature::Broken("it is text, such as a web page saved in place of the program");
        for (head, tail, expected) in [
            (
                &b"#!/usr/bin/python3\nimport re\n"[..],
                &b""[..],
                Nature::V1,
            ),
            (b"#! /usr/bin/env python\n", b"", Nature::V1),
            (
                b"#!/bin/sh\nexec docker compose \"$@\"\n",
                b"",
                Nature::Other,
            ),
            (&elf(here), b"go build", Nature::Other),
            (&elf(here), b"x MEI\x0c\x0b\x0a\x0b\x0e y", Nature::V1),
            (
                &elf(elsewhere),
                b"",
                Nature::Broken("it is for another CPU architecture"),
            ),
            (b"Not Found", b"", text),
            (b"<html><head><title>503", b"", text),
            (b"", b"", text),
            (b"\xcf\xfa\xed\xfe\x07\0\0\x01", b"", Nature::Other),
        ] {
            let shown = String::from_utf8_lossy(head);
            assert_eq!(judge(head, tail), expected, "{shown}");
        }
        let own = std::env::current_exe().expect("known");
        assert_eq!(of(&own), Nature::Other);
        assert_eq!(of(Path::new("/no/such/file")), Nature::Other);
    }
}
