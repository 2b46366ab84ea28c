//! Why a call failed, as text for people.

use chargetap_fleet::refusal::Reason;
use serde::Deserialize;

use super::plain::plain;

const TOKENS: &str = "\
    Set CHARGETAP_TOKEN, or name a file with --token-file. The gateway writes the bootstrap token \
    beside its database when it starts for the first time, and prints where; use it to issue others \
    (chargetap fleet token issue). If it is lost, stop the gateway and run `chargetap operator-token`.";

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// There is no token.
    #[error("a token is needed\n{TOKENS}")]
    NoToken,
    /// The gateway cannot be reached, so nothing was sent.
    #[error(
        "no gateway can be reached at {at}: {reason}\nIs it running (chargetap serve)? Set its \
         address with --url or CHARGETAP_URL."
    )]
    Unreachable {
        /// The gateway's address.
        at: String,
        /// The system's error.
        reason: String,
    },
    /// The call was sent, and its answer was lost.
    #[error("the answer of the gateway at {at} was lost: {reason}{}", after_loss(*.is_read))]
    Lost {
        /// The gateway's address.
        at: String,
        /// The system's error.
        reason: String,
        /// Whether the call changes nothing.
        is_read: bool,
    },
    /// The gateway refused the call.
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
    /// The failure for an answer with an error status.
    pub(super) fn refused(status: u16, body: &[u8]) -> Self {
        let text = match serde_json::from_slice(body) {
            Ok(problem) => sentences(&problem),
            Err(_) => {
                format!("the server is not a Chargetap gateway, or it failed (status {status})")
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
    // A detail that begins with the first reason adds nothing to the reasons.
    let first = problem.reasons.first();
    let is_repeated = first.is_some_and(|it| problem.detail.starts_with(&it.text));
    let head = match (is_repeated, reasons.as_slice()) {
        (true, [reason]) => return reason.clone(),
        (true, _) => &problem.title,
        (false, _) => &problem.detail,
    };
    let lines = std::iter::once(plain(head)).chain(reasons);
    lines.collect::<Vec<_>>().join("\n  ")
}

/// A reason with its place, the party that owes what is missing, and the command that comes next.
pub(super) fn sentence(reason: &Reason) -> String {
    let place = reason.at.as_deref().map(|at| format!("{at}: "));
    let owed = reason.owed_by.and_then(|party| {
        let party = serde_json::to_value(party).ok()?;
        Some(format!(" (owed by the {})", party.as_str()?))
    });
    let next = reason.next.as_ref().map(|it| format!("; next: {it}"));
    plain(&format!(
        "{}{}{}{}",
        place.unwrap_or_default(),
        reason.text,
        owed.unwrap_or_default(),
        next.unwrap_or_default()
    ))
}
