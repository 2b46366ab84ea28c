//! Faults that can be injected into a simulator, and how often.

use std::str::FromStr;

use clap::ValueEnum;
use serde::Deserialize;
use thiserror::Error;

/// How long an answer is delayed unless the fault says otherwise.
const DELAY_MS: u64 = 2_000;

/// A way in which a simulated party fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The request is understood and refused.
    Decline,
    /// The request is carried out; the answer comes late.
    Delay,
    /// The request is carried out; the answer never comes.
    LostAnswer,
    /// The request is not carried out, and the connection closes without an answer.
    Drop,
    /// The request is not carried out and answered with an internal error.
    Error,
    /// The message is sent twice.
    Duplicate,
}

/// A fault for the next N occasions. Written `KIND[:N]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// How many occasions; by default, one.
    pub times: u32,
    /// For [`FaultKind::Delay`], how late the answer is, in milliseconds of real time.
    pub delay_ms: u64,
}

impl Fault {
    /// A fault from a control API's request, where only the kind is required.
    pub(super) fn new(kind: FaultKind, times: Option<u32>, delay_ms: Option<u64>) -> Self {
        Self {
            kind,
            times: times.unwrap_or(1),
            delay_ms: delay_ms.unwrap_or(DELAY_MS),
        }
    }
}

/// The text is not a fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseFaultError {
    /// There is no such kind.
    #[error("`{0}` is no kind of fault")]
    Kind(String),
    /// What follows the colon is not a number.
    #[error("`{0}` is not a number of times")]
    Times(String),
    /// The fault names no call.
    #[error("expected CALL=KIND[:N]")]
    NoCall,
    /// There is no such call.
    #[error("`{0}` is no call that can fail")]
    Call(String),
    /// The call cannot fail in this way.
    #[error("this call cannot fail in this way")]
    NotApplicable,
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, times) = match text.split_once(':') {
            Some((kind, times)) => {
                let times = times
                    .parse()
                    .map_err(|_| ParseFaultError::Times(times.to_owned()))?;
                (kind, Some(times))
            }
            None => (text, None),
        };
        let kind = <FaultKind as ValueEnum>::from_str(kind, false)
            .map_err(|_| ParseFaultError::Kind(kind.to_owned()))?;
        Ok(Self::new(kind, times, None))
    }
}

/// The pending faults, in the order of the requests.
#[derive(Debug, Default)]
pub(super) struct FaultQueue(Vec<Fault>);

impl FaultQueue {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Uses up one occasion of the first fault of a kind that `applies` now.
    pub(super) fn take(&mut self, applies: impl Fn(FaultKind) -> bool) -> Option<Fault> {
        self.0.retain(|fault| fault.times > 0);
        let fault = self.0.iter_mut().find(|fault| applies(fault.kind))?;
        fault.times -= 1;
        Some(*fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_written_as_its_kind_and_an_optional_number() {
        assert_eq!(
            "lost-answer:3".parse(),
            Ok(Fault::new(FaultKind::LostAnswer, Some(3), None))
        );
        assert_eq!(
            "drop".parse(),
            Ok(Fault::new(FaultKind::Drop, Some(1), None))
        );
        assert_eq!(
            "explode".parse::<Fault>(),
            Err(ParseFaultError::Kind("explode".to_owned()))
        );
        assert_eq!(
            "drop:often".parse::<Fault>(),
            Err(ParseFaultError::Times("often".to_owned()))
        );
    }

    #[test]
    fn a_fault_is_used_up_after_its_number_of_occasions() {
        let mut queue = FaultQueue::default();
        queue.add(Fault::new(FaultKind::Drop, Some(2), None));
        queue.add(Fault::new(FaultKind::Error, Some(1), None));
        let kinds: Vec<_> = std::iter::from_fn(|| queue.take(|_| true))
            .map(|fault| fault.kind)
            .collect();
        assert_eq!(kinds, [FaultKind::Drop, FaultKind::Drop, FaultKind::Error]);
    }

    #[test]
    fn a_fault_of_another_kind_waits_for_its_occasion() {
        let mut queue = FaultQueue::default();
        queue.add(Fault::new(FaultKind::Duplicate, None, None));
        assert_eq!(queue.take(|kind| kind == FaultKind::Drop), None);
        assert!(queue.take(|kind| kind == FaultKind::Duplicate).is_some());
    }
}
