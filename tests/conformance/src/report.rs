//! What people read.

use std::fmt::Write;

use crate::case::Case;
use crate::run::Outcome;

/// How many cases were run, and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The cases that were run.
    pub run: usize,
    /// Those of them that failed.
    pub failed: usize,
}

impl Report {
    /// Count a case.
    pub fn add(&mut self, outcome: &Outcome) {
        self.run += 1;
        self.failed += usize::from(outcome.failure.is_some());
    }

    /// Such as `70 of 71 cases are ok, 1 failed`.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { run, failed } = self;
        match failed {
            0 => format!("all {run} cases are ok"),
            _ => format!("{} of {run} cases are ok, {failed} failed", run - failed),
        }
    }
}

/// One line for a case, and for one that failed what was expected and what came.
#[must_use]
pub fn write_case(case: &Case, outcome: &Outcome) -> String {
    let Case {
        name,
        about,
        source,
        ..
    } = case;
    let Some(failure) = &outcome.failure else {
        return format!("ok      {name}: {about}");
    };
    let mut text = format!("FAILED  {name}: {about}");
    let call = format!("call {} ({})", failure.call, failure.function);
    for line in format!("{call} {}\nsource    {source}", failure.reason).lines() {
        // Writing into a text does not fail.
        let _ = write!(text, "\n        {line}");
    }
    text
}
