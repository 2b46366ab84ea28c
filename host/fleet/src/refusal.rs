//! Refusals, and their reasons.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::processor::Party;

/// A command that is refused, with every reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .reasons.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Refusal {
    /// Its obstacle.
    pub obstacle: Obstacle,
    /// Every reason; at least one.
    pub reasons: Vec<Reason>,
}

/// The kind of obstacle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A record does not exist.
    NotFound,
    /// The request is invalid.
    Invalid,
    /// The request conflicts with the state of the records.
    Conflict,
    /// The actor lacks the permission.
    Forbidden,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// A code for programs, such as `sim-unknown`.
    pub code: String,
    /// A text for people: the problem and the remedy.
    pub text: String,
    /// The party that has to act.
    pub owed_by: Option<Party>,
    /// The place: a field, or a line of a file.
    pub at: Option<String>,
    /// The command to type next, if there is one. Words in capitals are to be replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl Reason {
    /// A reason by its code and its text.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            text: text.into(),
            owed_by: None,
            at: None,
            next: None,
        }
    }

    /// The same, owed by this party.
    #[must_use]
    pub fn owed_by(self, party: Party) -> Self {
        Self {
            owed_by: Some(party),
            ..self
        }
    }

    /// The same, with what to type after `chargetap fleet` next.
    #[must_use]
    pub fn next(self, command: &str) -> Self {
        Self {
            next: Some(format!("chargetap fleet {command}")),
            ..self
        }
    }

    /// The same, at this place.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Self {
        Self {
            at: Some(place.into()),
            ..self
        }
    }
}

impl Refusal {
    /// A refusal for one reason.
    pub fn new(obstacle: Obstacle, code: &str, text: impl Into<String>) -> Self {
        Self {
            obstacle,
            reasons: vec![Reason::new(code, text)],
        }
    }

    /// Refuses, unless there are no reasons.
    ///
    /// # Errors
    /// The refusal, if there is a reason.
    pub fn unless_none(obstacle: Obstacle, reasons: Vec<Reason>) -> Result<(), Self> {
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(Self { obstacle, reasons }),
        }
    }

    /// The same with other reasons for these.
    #[must_use]
    pub(crate) fn map(self, reason: impl FnMut(Reason) -> Reason) -> Self {
        Self {
            reasons: self.reasons.into_iter().map(reason).collect(),
            ..self
        }
    }

    /// A record does not exist.
    #[must_use]
    pub fn not_found(kind: &str, key: &str) -> Self {
        let text = format!("there is no {kind} {key:?}");
        Self::new(Obstacle::NotFound, &format!("no-such-{kind}"), text)
    }

    /// The request is invalid.
    pub fn invalid(code: &str, text: impl Into<String>) -> Self {
        Self::new(Obstacle::Invalid, code, text)
    }

    /// The request conflicts with the state of the records.
    pub fn conflict(code: &str, text: impl Into<String>) -> Self {
        Self::new(Obstacle::Conflict, code, text)
    }
}
