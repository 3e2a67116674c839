//! Helper threads, on systems that may have no more of them: then the work is done at once by the caller.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

/// How much is done at once that may start child processes.
const AT_ONCE: usize = 8;

/// Work next to the caller.
pub enum Beside<'scope, T> {
    Running(ScopedJoinHandle<'scope, Option<T>>),
    /// There was no thread for it.
    Done(Option<T>),
}

/// Does `work` in a thread of its own.
pub fn alongside<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Beside<'scope, T> {
    let (here, there) = shared(work);
    match Builder::new().spawn_scoped(scope, there) {
        Ok(thread) => Beside::Running(thread),
        Err(_) => Beside::Done(here()),
    }
}

/// Does `work` for all of these, a few at a time; the results in their order.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return done;
            };
            done.push((at, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE.min(items.len()))
            .map(|_| alongside(scope, some))
            .collect();
        threads.into_iter().flat_map(joined).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Does `work` in a thread that no one waits for.
pub fn detached(work: impl FnOnce() + Send + 'static) {
    let (here, there) = shared(work);
    if Builder::new().spawn(there).is_err() {
        // Until it has ended, a signal is not seen.
        here();
    }
}

/// Whether the system has one more thread, for what starts some without asking.
pub fn is_available() -> bool {
    Builder::new().spawn(|| ()).is_ok()
}

/// What a thread returns. A panic in it continues in the caller: a bug must never look like success.
pub fn joined<T>(work: Beside<'_, T>) -> T {
    let result = match work {
        Beside::Done(result) => result,
        Beside::Running(thread) => match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        },
    };
    result.expect("work is taken by one of two")
}

/// Two functions that do the same work, once: whichever is called.
fn shared<T>(
    work: impl FnOnce() -> T + Send,
) -> (
    impl FnOnce() -> Option<T> + Send,
    impl FnOnce() -> Option<T> + Send,
) {
    let work = Arc::new(Mutex::new(Some(work)));
    let other = Arc::clone(&work);
    (move || once(&work), move || once(&other))
}

fn once<T>(work: &Mutex<Option<impl FnOnce() -> T>>) -> Option<T> {
    let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
    work.map(|work| work())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_at_a_time_and_all_in_order() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let items: Vec<usize> = (0..100).collect();
        let doubled = each(&items, |item| {
            most.fetch_max(1 + now.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
            thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
            item * 2
        });
        assert_eq!(
            doubled,
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
        assert!(most.into_inner() <= AT_ONCE);
    }

    #[test]
    #[should_panic(expected = "a bug")]
    fn a_panic_continues_in_the_caller() {
        let _: Vec<()> = each(&[()], |()| panic!("a bug"));
    }
}
