//! Forms as people write them, in records and in a gateway's configuration: what is wrong in one, and where.

use std::fmt;

use crate::refusal::Reason;

/// A mistake in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is.
    pub place: Place,
    /// What it is, and what would be right.
    pub problem: String,
}

impl Mistake {
    /// The same in a form that stands at this place.
    pub(crate) fn within(self, place: &Place) -> Self {
        let steps = place.0.iter().chain(&self.place.0);
        Self {
            place: Place(steps.copied().collect()),
            ..self
        }
    }
}

impl From<Mistake> for Reason {
    fn from(mistake: Mistake) -> Self {
        Self::new("wrong-value", mistake.problem).at(mistake.place.to_string())
    }
}

/// A place in a form, such as `elements.0.price_components.1.vat`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Vec<Step>);

/// A step from a value into one of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a member of this name.
    Member(&'static str),
    /// Into the item of a list at this place, from 0.
    Item(usize),
}

impl Place {
    /// The steps from the form to it.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(crate) fn member(&self, name: &'static str) -> Self {
        self.then(Step::Member(name))
    }

    pub(crate) fn item(&self, at: usize) -> Self {
        self.then(Step::Item(at))
    }

    fn then(&self, step: Step) -> Self {
        let steps = self.0.iter().copied();
        Self(steps.chain([step]).collect())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            let dot = if number == 0 { "" } else { "." };
            match step {
                Step::Member(name) => write!(f, "{dot}{name}")?,
                Step::Item(at) => write!(f, "{dot}{at}")?,
            }
        }
        Ok(())
    }
}
