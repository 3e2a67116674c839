//! Which trial runs on which rig: trials on different rigs share nothing.

use crate::rig::Rig;
use crate::suite::Access;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The rigs, and what runs on each.
#[derive(Debug)]
pub struct Schedule {
    rigs: Vec<Rig>,
    loads: Mutex<Vec<Load>>,
    freed: Condvar,
}

/// What runs on a rig.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    trials: usize,
    has_local: bool,
    /// A trial has the engine for itself, or waits until the others on it have ended.
    is_reserved: bool,
}

impl Load {
    fn admits(self, access: Access) -> bool {
        let takes_local = access == Access::Local;
        !(self.is_reserved || takes_local && self.has_local)
    }
}

/// A trial's place on a rig, until it is dropped.
#[derive(Debug)]
pub struct Lease<'s> {
    schedule: &'s Schedule,
    access: Access,
    number: usize,
    pub rig: &'s Rig,
}

impl Schedule {
    pub fn new(rigs: Vec<Rig>) -> Schedule {
        Schedule {
            loads: Mutex::new(vec![Load::default(); rigs.len()]),
            rigs,
            freed: Condvar::new(),
        }
    }

    pub fn rigs(&self) -> &[Rig] {
        &self.rigs
    }

    fn loads(&self) -> MutexGuard<'_, Vec<Load>> {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, loads: MutexGuard<'g, Vec<Load>>) -> MutexGuard<'g, Vec<Load>> {
        let woken = self.freed.wait(loads);
        woken.unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place on the rig with the fewest trials. `None` where there is no rig.
    pub fn lease(&self, access: Access) -> Option<Lease<'_>> {
        if self.rigs.is_empty() {
            return None;
        }
        let mut loads = self.loads();
        let number = loop {
            let admitting = (0..loads.len()).filter(|number| loads[*number].admits(access));
            if let Some(number) = admitting.min_by_key(|number| loads[*number].trials) {
                break number;
            }
            loads = self.wait(loads);
        };
        if access == Access::Alone {
            // From now on no other trial starts there; those that run there end first.
            loads[number].is_reserved = true;
            while loads[number].trials > 0 {
                loads = self.wait(loads);
            }
        }
        loads[number].trials += 1;
        loads[number].has_local |= access == Access::Local;
        Some(Lease {
            schedule: self,
            access,
            number,
            rig: &self.rigs[number],
        })
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut loads = self.schedule.loads();
        let load = &mut loads[self.number];
        load.trials -= 1;
        match self.access {
            Access::Shared => {}
            Access::Local => load.has_local = false,
            Access::Alone => load.is_reserved = false,
        }
        self.schedule.freed.notify_all();
    }
}
