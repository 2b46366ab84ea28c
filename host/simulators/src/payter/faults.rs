//! Which call fails, and how.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::ValueEnum;
use serde::Deserialize;

use crate::faults::FaultQueue;
use crate::{Fault, FaultKind, ParseFaultError};

/// A call of the provider's API, or the provider's own call to the integrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Call {
    /// Arm the reader.
    Start,
    /// Put something on the screen.
    Ui,
    /// Make a hold.
    Authorize,
    /// Capture.
    Commit,
    /// Void.
    Cancel,
    /// Read back the open sessions, or one of them.
    Sessions,
    /// A delivery to the callback URL.
    Callback,
}

impl Call {
    fn can_fail_by(self, kind: FaultKind) -> bool {
        match kind {
            FaultKind::Delay | FaultKind::Drop => true,
            FaultKind::Decline => self == Self::Authorize,
            FaultKind::Duplicate => self == Self::Callback,
            FaultKind::LostAnswer | FaultKind::Error => self != Self::Callback,
        }
    }
}

/// A fault of one call. Written `CALL=KIND[:N]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallFault {
    call: Call,
    fault: Fault,
}

impl CallFault {
    /// A fault of this call.
    ///
    /// # Errors
    ///
    /// [`ParseFaultError::NotApplicable`] if the call cannot fail in this way: only an
    /// authorisation can be declined, only a callback can be duplicated, and a callback has no
    /// answer to lose.
    pub fn new(call: Call, fault: Fault) -> Result<Self, ParseFaultError> {
        if call.can_fail_by(fault.kind) {
            Ok(Self { call, fault })
        } else {
            Err(ParseFaultError::NotApplicable)
        }
    }
}

impl FromStr for CallFault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (call, fault) = text.split_once('=').ok_or(ParseFaultError::NoCall)?;
        let call = <Call as ValueEnum>::from_str(call, false)
            .map_err(|_| ParseFaultError::Call(call.to_owned()))?;
        Self::new(call, fault.parse()?)
    }
}

/// The pending faults, per call.
#[derive(Debug, Default)]
pub(super) struct CallFaults(BTreeMap<Call, FaultQueue>);

impl CallFaults {
    pub(super) fn add(&mut self, CallFault { call, fault }: CallFault) {
        self.0.entry(call).or_default().add(fault);
    }

    pub(super) fn take(&mut self, call: Call) -> Option<Fault> {
        self.0.get_mut(&call)?.take(|_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_applies_to_its_own_call_only() {
        let mut faults = CallFaults::default();
        faults.add("commit=lost-answer".parse().unwrap());
        assert_eq!(faults.take(Call::Cancel), None);
        assert_eq!(
            faults.take(Call::Commit).map(|fault| fault.kind),
            Some(FaultKind::LostAnswer)
        );
        assert_eq!(faults.take(Call::Commit), None);
    }

    #[test]
    fn a_fault_that_makes_no_sense_is_refused() {
        let refused = |text: &str| text.parse::<CallFault>().unwrap_err();
        assert_eq!(refused("commit=decline"), ParseFaultError::NotApplicable);
        assert_eq!(refused("start=duplicate"), ParseFaultError::NotApplicable);
        assert_eq!(
            refused("callback=lost-answer"),
            ParseFaultError::NotApplicable
        );
        assert_eq!(
            refused("refund=drop"),
            ParseFaultError::Call("refund".to_owned())
        );
        assert_eq!(refused("drop"), ParseFaultError::NoCall);
    }
}
