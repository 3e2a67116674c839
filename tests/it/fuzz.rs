//! The fuzz targets in short: their seeds, what was found once, and mutations that are the same in each run.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::fs;
use std::path::Path;
use targets::{TARGETS, Target};

/// How many mutations each target is tried on; `FUZZ_RUNS` says otherwise.
const RUNS: usize = 100;

/// What texts are made worse with.
const WORDS: [&str; 28] = [
    "\n", "\r\n", "  ", "\t", ": ", "- ", "#", " # c", "'", "\"", "{", "}", "[", "]", ",", "|\n",
    ">-\n", "&a ", "*a", "<<: ", "!!str ", "---\n", "${env:A}", "${", "\u{feff}", "\u{2028}", "\\",
    "=",
];

/// A generator of numbers that is the same everywhere (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let z = z ^ (z >> 31);
        usize::try_from(z % below.max(1) as u64).expect("fits")
    }

    /// One of a few small changes.
    fn mutate(&mut self, text: &mut Vec<u8>, other: &[u8]) {
        let at = self.next(text.len() + 1);
        let len = self.next(24).min(text.len() - at);
        match self.next(5) {
            0 => drop(text.drain(at..at + len)),
            1 => {
                let piece = text[at..at + len].to_vec();
                let to = self.next(text.len() + 1);
                text.splice(to..to, piece);
            }
            2 => {
                let from = self.next(other.len() + 1);
                let piece = &other[from..other.len().min(from + 40)];
                text.splice(at..at, piece.iter().copied());
            }
            3 if len > 0 => text[at] = u8::try_from(self.next(256)).expect("a byte"),
            _ => {
                let word = WORDS[self.next(WORDS.len())];
                text.splice(at..at, word.bytes());
            }
        }
    }
}

/// Inputs that broke something once: `found/TARGET-….`
fn found(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/found");
    let paths = fs::read_dir(folder).into_iter().flatten();
    let paths = paths.map(|entry| entry.expect("lists").path());
    let ours = paths.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.split_once('-')
            .is_some_and(|(name, _)| name == target.name)
    });
    // In one order everywhere, as mutations are made of them.
    let mut ours: Vec<_> = ours.collect();
    ours.sort();
    let texts = ours.into_iter().map(|path| fs::read(path).expect("reads"));
    texts.collect()
}

/// A text that a target does not hold on.
fn broken(target: &Target, runs: usize) -> Option<String> {
    let seeds = (target.seeds)().into_iter().map(String::into_bytes);
    let mut known: Vec<Vec<u8>> = seeds.collect();
    assert!(known.len() > 3, "{} has no seeds", target.name);
    known.extend(found(target));
    let mut numbers = Numbers(0);
    let mutations: Vec<Vec<u8>> = (0..runs)
        .map(|_| {
            let mut text = known[numbers.next(known.len())].clone();
            for _ in 0..=numbers.next(4) {
                let other = known[numbers.next(known.len())].clone();
                numbers.mutate(&mut text, &other);
            }
            text
        })
        .collect();
    let mut inputs = known.iter().chain(&mutations);
    let holds = |input: &&Vec<u8>| std::panic::catch_unwind(|| target.run(input)).is_ok();
    let broken = inputs.find(|input| !holds(input))?;
    let shown = String::from_utf8_lossy(broken).into_owned();
    Some(format!("{}: {shown:?}", target.name))
}

#[test]
fn every_target_holds_on_what_is_known_and_on_mutations_of_it() {
    let runs = std::env::var("FUZZ_RUNS").ok();
    let runs = runs.and_then(|runs| runs.parse().ok()).unwrap_or(RUNS);
    let broken: Vec<String> = TARGETS
        .iter()
        .filter_map(|target| broken(target, runs))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
