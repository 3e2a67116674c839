//! Trials: once per generation of docker-compose, with what they need for themselves.

use crate::rig::{Generation, Rig};
use libtest_mimic::{Failed, Trial};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// What a trial cannot share with others that run beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: its own cluster names and ports.
    Shared,
    /// The cluster `local`, whose container name and ports exist once in an engine.
    Local,
    /// The whole engine: it is restarted, or an image everybody uses is changed.
    Alone,
}

/// A trial of the suite.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    pub access: Access,
    /// The one generation it makes sense for.
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

static ENGINE: RwLock<()> = RwLock::new(());
static LOCAL: Mutex<()> = Mutex::new(());
static TIMES: Mutex<Vec<(Duration, String)>> = Mutex::new(Vec::new());

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
    /// The same for one generation only.
    pub const fn only(mut self, generation: Generation) -> Case {
        self.only = Some(generation);
        self
    }

    /// The same where something more is needed.
    pub const fn needs(mut self, needs: fn(&Setting) -> Result<(), String>) -> Case {
        self.needs = needs;
        self
    }

    /// The trials: one for each generation it makes sense for.
    pub fn trials(self, rig: Option<&'static Rig>) -> impl Iterator<Item = Trial> {
        [Generation::V1, Generation::V2]
            .into_iter()
            .filter(move |generation| self.only.is_none_or(|only| only == *generation))
            .map(move |generation| self.trial(rig, generation))
    }

    /// The trial for one generation; ignored where that or the rig is missing.
    fn trial(self, rig: Option<&'static Rig>, generation: Generation) -> Trial {
        let name = format!("{}/{}", generation.word(), self.name);
        let setting = rig
            .filter(|rig| rig.compose(generation).is_some())
            .map(|rig| Setting { rig, generation })
            .filter(|setting| match (self.needs)(setting) {
                Ok(()) => true,
                Err(missing) => {
                    eprintln!("{name} is ignored: {missing}");
                    false
                }
            });
        let label = name.clone();
        let run = move || match setting {
            Some(setting) => {
                self.run(&setting, label);
                Ok(())
            }
            // Only with `--ignored`.
            None => Err(Failed::from(
                "no rig, or no docker-compose of this generation: run `scripts/test --engine`",
            )),
        };
        Trial::test(name, run).with_ignored_flag(setting.is_none())
    }

    fn run(self, setting: &Setting, label: String) {
        // A trial that failed while it held a lock has cleaned up behind itself.
        let _engine = match self.access {
            Access::Alone => (
                None,
                Some(ENGINE.write().unwrap_or_else(PoisonError::into_inner)),
            ),
            _ => (
                Some(ENGINE.read().unwrap_or_else(PoisonError::into_inner)),
                None,
            ),
        };
        let _local = (self.access == Access::Local)
            .then(|| LOCAL.lock().unwrap_or_else(PoisonError::into_inner));
        let begun = Instant::now();
        (self.body)(setting);
        let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
        times.push((begun.elapsed(), label));
    }
}

/// An order in which trials that wait for each other do not come together: the ones about `local` take
/// turns with the others, and those that want the engine for themselves come last.
pub fn ordered(cases: Vec<Case>) -> Vec<Case> {
    let of = |access| {
        cases
            .iter()
            .filter(move |case| case.access == access)
            .copied()
    };
    let (mut local, mut shared) = (of(Access::Local), of(Access::Shared));
    let mut order = Vec::new();
    loop {
        let pair = (local.next(), shared.next());
        order.extend(pair.0);
        order.extend(pair.1);
        if pair.0.is_none() && pair.1.is_none() {
            break;
        }
    }
    order.extend(of(Access::Alone));
    order
}

/// Says which trials took longest: where a suite that got slow is to be looked at.
pub fn report_slowest() {
    let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    times.sort();
    let slowest: Vec<String> = times
        .iter()
        .rev()
        .take(8)
        .map(|(time, name)| format!("{name} {:.1} s", time.as_secs_f64()))
        .collect();
    if slowest.len() > 1 {
        eprintln!("slowest: {}", slowest.join(", "));
    }
}
