//! Trials: each runs once per generation of docker-compose, in a process of its own inside the network of
//! one of the rigs.

use crate::rig::{Generation, Rig};
use crate::schedule::Schedule;
use crate::skip;
use crate::summary;
use libtest_mimic::{Completion, Failed, Trial};
use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

/// The first argument of a process that runs one trial.
const ONE_TRIAL: &str = "--one-trial";
/// Its exit status when the trial cannot run here.
const SKIPPED: u8 = 77;

/// What a trial cannot share with trials that run on the same engine at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it has its own cluster names and ports.
    Shared,
    /// The cluster `local`, whose container name and ports exist once per engine.
    Local,
    /// The whole engine: it restarts it, or changes an image that all trials use.
    Alone,
}

/// A trial of the suite.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub access: Access,
    /// The only generation it makes sense for.
    pub only: Option<Generation>,
    /// What else it needs of the rig and the machine; the error says what is missing.
    pub needs: fn(&Setting) -> Result<(), String>,
    pub body: fn(&Setting),
}

/// Where a trial runs.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub rig: &'static Rig,
    pub generation: Generation,
}

const fn case(name: &'static str, access: Access, body: fn(&Setting)) -> Case {
    Case {
        name,
        access,
        only: None,
        needs: |_| Ok(()),
        body,
    }
}

pub const fn shared(name: &'static str, body: fn(&Setting)) -> Case {
    case(name, Access::Shared, body)
}

pub const fn local(name: &'static str, body: fn(&Setting)) -> Case {
    case(name, Access::Local, body)
}

pub const fn alone(name: &'static str, body: fn(&Setting)) -> Case {
    case(name, Access::Alone, body)
}

impl Case {
    /// The same case for one generation only.
    pub const fn only(mut self, generation: Generation) -> Case {
        self.only = Some(generation);
        self
    }

    /// The same case, with something more that it needs.
    pub const fn needs(mut self, needs: fn(&Setting) -> Result<(), String>) -> Case {
        self.needs = needs;
        self
    }
}

/// A case with one generation of docker-compose.
#[derive(Debug, Clone, Copy)]
struct Planned {
    case: Case,
    generation: Generation,
    /// Its place in the list of all trials.
    number: u16,
}

impl Planned {
    fn name(&self) -> String {
        format!("{}/{}", self.generation.word(), self.case.name)
    }

    /// Runs the trial in a process of its own, on a rig that has room for it.
    fn run(&self, schedule: &Schedule) -> Result<Completion, Failed> {
        let Some(lease) = schedule.lease(self.case.access) else {
            return Ok(Completion::ignored_with(
                "no rig: run `scripts/test --engine`",
            ));
        };
        let own = env::current_exe()?;
        let begun = Instant::now();
        let output = Command::new(lease.rig.enter())
            .arg(own)
            .arg(ONE_TRIAL)
            .args([std::process::id().to_string(), self.number.to_string()])
            .env("PRISMA_TEST_RIG", lease.rig.folder())
            .stdin(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        summary::took(&self.name(), begun.elapsed());
        match output.status.code() {
            Some(0) => Ok(Completion::Completed),
            Some(status) if status == i32::from(SKIPPED) => {
                let reason = said.trim();
                skip::skip(&self.name(), reason);
                Ok(Completion::ignored_with(reason))
            }
            _ => {
                // At once, and not only after the last trial.
                eprintln!("--- {} failed\n{said}---", self.name());
                Err(Failed::without_message())
            }
        }
    }

    /// Runs the trial in this process, or says why it cannot run here.
    fn run_here(&self, rig: &'static Rig) -> Result<(), String> {
        if rig.compose(self.generation).is_none() {
            return Err(format!("no docker-compose {}", self.generation.word()));
        }
        let setting = Setting {
            rig,
            generation: self.generation,
        };
        (self.case.needs)(&setting)?;
        (self.case.body)(&setting);
        Ok(())
    }
}

/// Each case with each generation that it makes sense for.
fn planned(cases: &[Case]) -> Vec<Planned> {
    let mut all = Vec::new();
    for case in cases {
        for generation in [Generation::V1, Generation::V2] {
            if case.only.is_none_or(|only| only == generation) {
                all.push(Planned {
                    case: *case,
                    generation,
                    number: u16::try_from(all.len()).expect("few trials"),
                });
            }
        }
    }
    all
}

/// The trials of these cases.
pub fn trials(cases: &[Case], schedule: &'static Schedule) -> Vec<Trial> {
    planned(cases)
        .into_iter()
        .map(|planned| Trial::ignorable_test(planned.name(), move || planned.run(schedule)))
        .collect()
}

/// Which trial this process runs: the process that runs them all, and its number there.
static TRIAL: OnceLock<(u32, u16)> = OnceLock::new();

/// Different for every trial of a run: the process that runs them all, and the trial's number.
pub fn trial() -> (u32, u16) {
    *TRIAL.get().expect("set before a trial runs")
}

/// When this process was started for one trial: runs it and returns the exit status.
pub fn one_trial(cases: &[Case]) -> Option<ExitCode> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [word, run, number] = &args[..] else {
        return None;
    };
    if word != ONE_TRIAL {
        return None;
    }
    let parsed = (run.parse().ok()?, number.parse().ok()?);
    TRIAL.set(parsed).expect("set once");
    let rig: &'static Rig = Box::leak(Box::new(Rig::all().pop()?));
    match planned(cases)[usize::from(parsed.1)].run_here(rig) {
        Ok(()) => Some(ExitCode::SUCCESS),
        Err(missing) => {
            eprintln!("{missing}");
            Some(ExitCode::from(SKIPPED))
        }
    }
}
