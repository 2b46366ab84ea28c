//! Why a call failed, in the contract's own terms.

use chargetap_contract::FaultCause;
use wasmtime::{Error, Trap};

use crate::limits::MemoryExceeded;

/// A verifier does not take the keys that it is given.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct KeysRefused(pub(crate) String);

/// How many characters of a reason are kept: a component names its own functions, and as it likes.
const LONGEST_REASON: usize = 1_000;
/// What wasmtime says where too much data is handed over. Its error has no type that could be asked for.
const TOO_MUCH_DATA: &str = "fuel allocated for hostcalls has been exhausted";

/// What the runtime's error means.
pub(crate) fn cause(error: &Error) -> FaultCause {
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => return FaultCause::Time,
        Some(Trap::StackOverflow) => return FaultCause::Stack,
        _ => {}
    }
    if error.is::<MemoryExceeded>() {
        return FaultCause::Memory;
    }
    if let Some(KeysRefused(problem)) = error.downcast_ref() {
        return FaultCause::Useless(one_line(problem));
    }
    let reason = format!("{error:#}");
    match reason.contains(TOO_MUCH_DATA) {
        true => FaultCause::Output,
        false => FaultCause::Trap(one_line(&reason)),
    }
}

/// A line for the log: short, and without what a terminal would obey.
fn one_line(reason: &str) -> String {
    let characters = reason.chars().take(LONGEST_REASON);
    characters
        .map(|it| if it.is_control() { ' ' } else { it })
        .collect()
}
