//! Why nothing came of a call, for people.

use chargetap_fleet::refusal::Reason;
use serde::Deserialize;

use super::plain::plain;

const TOKENS: &str = "\
    A token comes from the environment (CHARGETAP_TOKEN) or from a file (--token-file). The gateway \
    tells an operator's first one when it starts for the first time; an operator issues others \
    (chargetap fleet token issue). Whoever lost the first one stops the gateway and runs \
    `chargetap operator-token`.";

/// Nothing came of a call, as far as is known.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// There is no token to show.
    #[error("a token is needed\n{TOKENS}")]
    NoToken,
    /// No gateway could be asked.
    #[error(
        "no gateway can be reached at {at}: {reason}\nIs it running (chargetap serve)? Where it is, \
         say --url or CHARGETAP_URL."
    )]
    Unreachable {
        /// Where it should be.
        at: String,
        /// What the system said.
        reason: String,
    },
    /// It was asked, and its answer was lost.
    #[error("the answer of the gateway at {at} was lost: {reason}{}", after_loss(*.is_read))]
    Lost {
        /// Where it is.
        at: String,
        /// What the system said.
        reason: String,
        /// Whether nothing was to be done.
        is_read: bool,
    },
    /// It refuses, for what is said.
    #[error("{text}")]
    Refused {
        /// The status code.
        status: u16,
        /// Every reason, for people.
        text: String,
    },
}

/// Problem details (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: String,
    #[serde(default)]
    reasons: Vec<Reason>,
}

fn after_loss(is_read: bool) -> &'static str {
    match is_read {
        true => "",
        false => "\nIt may be done: look before you do it again.",
    }
}

impl Failure {
    /// What a gateway says that refuses.
    pub(super) fn refused(status: u16, body: &[u8]) -> Self {
        let text = match serde_json::from_slice(body) {
            Ok(problem) => sentences(&problem),
            Err(_) => {
                format!("what answers is no gateway of this kind, or fails (status {status})")
            }
        };
        let text = match status {
            401 => format!("{text}\n{TOKENS}"),
            _ => text,
        };
        Self::Refused { status, text }
    }
}

fn sentences(problem: &Problem) -> String {
    let reasons: Vec<String> = problem.reasons.iter().map(sentence).collect();
    // A detail that begins like the reasons says nothing else.
    let first = problem.reasons.first();
    let is_said = first.is_some_and(|it| problem.detail.starts_with(&it.text));
    let head = match (is_said, reasons.as_slice()) {
        (true, [reason]) => return reason.clone(),
        (true, _) => &problem.title,
        (false, _) => &problem.detail,
    };
    let lines = std::iter::once(plain(head)).chain(reasons);
    lines.collect::<Vec<_>>().join("\n  ")
}

/// A reason, with its place and who owes it.
pub(super) fn sentence(reason: &Reason) -> String {
    let place = reason.at.as_deref().map(|at| format!("{at}: "));
    let owed = reason.owed_by.and_then(|party| {
        let party = serde_json::to_value(party).ok()?;
        Some(format!(" (owed by the {})", party.as_str()?))
    });
    plain(&format!(
        "{}{}{}",
        place.unwrap_or_default(),
        reason.text,
        owed.unwrap_or_default()
    ))
}
