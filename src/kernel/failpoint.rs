//! Places where a test can end the process. Debug builds have them, release builds have nothing of them.
//!
//! `FAILPOINT=outbox.sent:2` ends the process when it comes by `outbox.sent` for the second time, as a kill
//! would: no destructor runs, nothing is flushed, nobody is told.

/// Ends the process here if the environment says so.
#[macro_export]
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(debug_assertions)]
        $crate::kernel::failpoint::reached($name);
    };
}

/// The process came by `name`.
#[cfg(debug_assertions)]
pub fn reached(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static FATAL: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static TIMES: AtomicU64 = AtomicU64::new(0);

    let fatal = FATAL.get_or_init(|| {
        let set = std::env::var("FAILPOINT").ok()?;
        let (name, time) = set.split_once(':').unwrap_or((&set, "1"));
        Some((name.to_owned(), time.parse().ok()?))
    });
    let Some((_, time)) = fatal.as_ref().filter(|(fatal, _)| fatal == name) else { return };
    if TIMES.fetch_add(1, Ordering::SeqCst) + 1 == *time {
        std::process::abort();
    }
}
