//! Why something is not done.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::processor::Party;

/// Something is not done, for all of these reasons.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .reasons.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Refusal {
    /// What kind of obstacle there is.
    pub obstacle: Obstacle,
    /// Every reason, at least one.
    pub reasons: Vec<Reason>,
}

/// A kind of obstacle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// What it is about is not there.
    NotFound,
    /// What was said cannot be.
    Invalid,
    /// It cannot be as things stand.
    Conflict,
    /// Whoever asks may not.
    Forbidden,
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// For programs, such as `sim-unknown`.
    pub code: String,
    /// For people: what is wrong and what to do.
    pub text: String,
    /// Who has to do it.
    pub owed_by: Option<Party>,
    /// Where it is: a field, or a line of a file.
    pub at: Option<String>,
}

impl Reason {
    /// A reason by its code and its text.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            text: text.into(),
            owed_by: None,
            at: None,
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
    /// For one reason.
    pub fn new(obstacle: Obstacle, code: &str, text: impl Into<String>) -> Self {
        Self {
            obstacle,
            reasons: vec![Reason::new(code, text)],
        }
    }

    /// Nothing, or the refusal for all of these reasons.
    ///
    /// # Errors
    /// The refusal, if there is a reason.
    pub fn unless_none(obstacle: Obstacle, reasons: Vec<Reason>) -> Result<(), Self> {
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(Self { obstacle, reasons }),
        }
    }

    /// What it is about is not there.
    #[must_use]
    pub fn not_found(kind: &str, key: &str) -> Self {
        let text = format!("there is no {kind} {key:?}");
        Self::new(Obstacle::NotFound, &format!("no-such-{kind}"), text)
    }

    /// What was said cannot be.
    pub fn invalid(code: &str, text: impl Into<String>) -> Self {
        Self::new(Obstacle::Invalid, code, text)
    }

    /// It cannot be as things stand.
    pub fn conflict(code: &str, text: impl Into<String>) -> Self {
        Self::new(Obstacle::Conflict, code, text)
    }
}
