//! Runs many requests that mostly wait in parallel threads, up to a deadline.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Instant;

/// The maximum number of threads: enough to query five hundred silent servers at once.
const THREADS: usize = 512;
/// The stack size of a thread; only used pages take memory.
const STACK: usize = 1 << 20;
/// File descriptors reserved for other uses than connections.
const RESERVED: u64 = 64;

/// How many requests can run at the same time.
pub fn threads() -> usize {
    THREADS.min(descriptors())
}

fn descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let free = limit.unwrap_or(u64::MAX).saturating_sub(RESERVED);
    usize::try_from(free).unwrap_or(usize::MAX).max(8)
}

/// Runs `work` on every item. The result of an item unfinished at the deadline is `None`; its thread
/// is abandoned. A panic in `work` continues in the caller: a bug must never look like a server that is silent.
pub fn run<T, R>(
    items: &Arc<Vec<T>>,
    deadline: Instant,
    work: impl Fn(&T) -> R + Send + Sync + 'static,
) -> Vec<Option<R>>
where
    T: Send + Sync + 'static,
    R: Send + 'static,
{
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let (sender, receiver) = mpsc::channel();
    let next = Arc::new(AtomicUsize::new(0));
    let work = Arc::new(work);
    for _ in 0..threads().min(items.len()) {
        let (items, next, work, sender) = (
            Arc::clone(items),
            Arc::clone(&next),
            Arc::clone(&work),
            sender.clone(),
        );
        let thread = std::thread::Builder::new().stack_size(STACK);
        let spawned = thread.spawn(move || {
            while Instant::now() < deadline {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(at) else { break };
                // After the deadline, no one receives it.
                let _ = sender.send((at, catch_unwind(AssertUnwindSafe(|| work(item)))));
            }
        });
        if spawned.is_err() {
            // The system has no more threads; the existing ones do the rest.
            break;
        }
    }
    drop(sender);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left) {
            Ok((at, Ok(result))) => results[at] = Some(result),
            Ok((_, Err(panic))) => resume_unwind(panic),
            // All done, or the deadline has passed.
            Err(_) => return results,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_keep_their_place_and_late_ones_are_left_out() {
        let items = Arc::new((0..600).collect::<Vec<u64>>());
        let begun = Instant::now();
        let deadline = begun + Duration::from_millis(400);
        let results = run(&items, deadline, |n| {
            if *n == 3 {
                std::thread::sleep(Duration::from_secs(30));
            }
            n * 2
        });
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert_eq!(results[3], None);
        let others = results.iter().enumerate().filter(|(at, _)| *at != 3);
        for (at, result) in others {
            assert_eq!(*result, Some(2 * at as u64));
        }
    }

    #[test]
    fn a_panic_is_not_taken_for_silence() {
        let deadline = Instant::now() + Duration::from_secs(30);
        let fails = || run(&Arc::new(vec![()]), deadline, |()| panic!("a bug"));
        assert!(std::panic::catch_unwind(fails).is_err());
        assert!(Instant::now() < deadline);
    }

    #[test]
    fn nothing_to_do_takes_no_time() {
        let deadline = Instant::now() + Duration::from_secs(30);
        assert_eq!(run(&Arc::new(Vec::<()>::new()), deadline, |()| ()), []);
        assert!(Instant::now() < deadline);
    }
}
