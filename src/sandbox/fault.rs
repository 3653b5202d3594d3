//! Faults that a test scripts ahead of a call.

use std::time::Duration;

/// What goes wrong with a call of the Web API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `Retry-After`; the call has no effect.
    RateLimited {
        /// Seconds to wait.
        seconds: u64,
    },
    /// A bare HTTP status, such as 500 or 503; the call has no effect.
    Status(u16),
    /// The call takes effect, but its answer never arrives.
    DropReplyAfterAcceptance,
    /// The answer never arrives, and the call takes effect when `Sandbox::finish` says so.
    Unfinished,
    /// The call takes effect, the answer is late by this much.
    Slow(Duration),
    /// `{"ok": false, "error": …}`; the call has no effect.
    Error(String),
}

/// Faults still to come.
#[derive(Debug, Default)]
pub struct Script(Vec<(String, Fault, u32)>);

impl Script {
    /// The next `times` calls of `method` meet `fault`, after those that were scripted before.
    pub fn add(&mut self, method: &str, fault: Fault, times: u32) {
        self.0.push((method.to_owned(), fault, times));
    }

    /// No fault is to come any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault that this call meets.
    pub fn next(&mut self, method: &str) -> Option<Fault> {
        let at = self.0.iter().position(|(m, _, left)| m == method && *left > 0)?;
        let (_, fault, left) = &mut self.0[at];
        *left -= 1;
        let fault = fault.clone();
        if *left == 0 {
            self.0.remove(at);
        }
        Some(fault)
    }
}
