//! Work on as many threads as it is worth. They are started for the first work that is worth a second one: on a few files they
//! would only cost processor time.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

static MOST: AtomicUsize = AtomicUsize::new(0);

/// Sets how many threads there may be, 0 for one a processor. Heard until they are started.
pub fn at_most(threads: usize) {
    MOST.store(threads, Ordering::Relaxed);
}

/// Starts the threads, where they are not running yet, and tells how many there are.
pub fn threads() -> usize {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // The thread that waits may as well work, and its memory grows in larger steps than that of others. Where somebody else
        // in the process has made a pool, that is as good.
        let threads = MOST.load(Ordering::Relaxed);
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).use_current_thread().build_global();
    });
    rayon::current_num_threads()
}

/// What `work` makes of each item, in their order; no thread is started for fewer than `share` items.
pub fn map<T: Send, R: Send>(items: Vec<T>, share: usize, work: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    if items.len() / 2 < share {
        return items.into_iter().map(work).collect();
    }
    threads();
    items.into_par_iter().with_min_len(share).map(work).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_stays() {
        for (items, share) in [(0, 1), (1, 1), (1000, 1), (1000, 100), (1000, 501), (1000, usize::MAX)] {
            let made = map((0..items).collect(), share, |item: usize| item * 2);
            assert_eq!(made, (0..items).map(|item| item * 2).collect::<Vec<_>>(), "{items} items, {share} a thread");
        }
    }

    #[test]
    fn little_work_stays_on_its_thread() {
        let here = std::thread::current().id();
        let made = map(vec![(); 100], 51, |()| std::thread::current().id());
        assert!(made.iter().all(|thread| *thread == here));
    }
}
