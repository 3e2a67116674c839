//! A fuzz target under libFuzzer: which one says `FUZZ_TARGET`, its seeds go to the folder `FUZZ_CORPUS`.
#![no_main]
#![allow(missing_docs)]

#[path = "../targets/mod.rs"]
mod targets;

use std::path::Path;
use std::sync::OnceLock;
use targets::{TARGETS, Target};

static TARGET: OnceLock<&Target> = OnceLock::new();

fn set_up() {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("no target `{name}`: there are {}", names.join(", "));
        std::process::exit(2);
    };
    let corpus = std::env::var("FUZZ_CORPUS").expect("`FUZZ_CORPUS` is set");
    for (number, seed) in (target.seeds)().iter().enumerate() {
        let file = Path::new(&corpus).join(format!("seed-{number:03}"));
        std::fs::write(file, seed).expect("the corpus can be written");
    }
    let _ = TARGET.set(target);
}

libfuzzer_sys::fuzz_target!(init: set_up(), |data: &[u8]| {
    if let Some(target) = TARGET.get() {
        target.run(data);
    }
});
