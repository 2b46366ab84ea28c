//! What hosts have in common of the store on PostgreSQL: how its statements and texts are written for it, how often each
//! is run, and what its error codes say.

mod text;

use std::fmt::Write as _;

use crate::platform::{Row, Value};

pub use text::storable;

/// What every connection is made with. No statement takes longer but those that make or change tables, and no connection
/// waits in a transaction.
pub const OPTIONS: &str = "-c default_transaction_isolation=serializable -c statement_timeout=30s \
                           -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s";

/// Asks a new connection for the isolation of its transactions.
pub const ISOLATION: &str = "SELECT current_setting('transaction_isolation')";

/// What to do about a connection on which transactions have another isolation than [`OPTIONS`] ask for.
pub const NOT_SERIALIZABLE: &str = "its transactions are not serializable: a pooler before it ignores the options of \
                                    connections. Name the server itself";

/// Whether [`ISOLATION`] was answered as it must be.
#[must_use]
pub fn is_serializable(answer: &[Row]) -> bool {
    matches!(answer, [row] if matches!(row.as_slice(), [Value::Text(isolation)] if isolation == "serializable"))
}

/// How often a statement is run that others were in the way of, or that came to a server which takes none.
pub const ATTEMPTS: u32 = 20;

/// The longest pause after so many more attempts than one, in milliseconds.
#[must_use]
pub fn longest_pause(attempt: u32) -> u64 {
    4 << attempt.min(6)
}

/// What an error of the server says of a statement. Nothing of it was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its result would not be as if no other ran at the same time: it is to be run again.
    InTheWay,
    /// The server takes no writes, such as a standby: it is to be run again on another connection.
    ReadOnly,
    /// A rule of the tables forbids it.
    Forbidden,
    /// Anything else.
    Other,
}

/// What the code of an error says.
#[must_use]
pub fn refusal(code: &str) -> Refusal {
    match code {
        // Serialization failure; deadlock.
        "40001" | "40P01" => Refusal::InTheWay,
        // A transaction that reads only; a standby has no isolation `serializable`.
        "25006" | "0A000" => Refusal::ReadOnly,
        _ if code.starts_with("23") => Refusal::Forbidden,
        _ => Refusal::Other,
    }
}

/// A statement of the store with its parameters in PostgreSQL's words: `$1` for `?1`.
#[must_use]
pub fn with_numbered_parameters(statement: &str) -> String {
    statement.replace('?', "$")
}

/// The same for hosts that cannot declare what their parameters are: each says so where it stands. Of nothing, the server
/// finds out what it would be.
#[must_use]
pub fn with_typed_parameters(statement: &str, parameters: &[Value]) -> String {
    let mut parts = statement.split('?');
    let mut typed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|it: char| !it.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        let place = number.parse::<usize>().ok();
        let kind = match place.and_then(|place| parameters.get(place.checked_sub(1)?)) {
            Some(Value::Integer(_)) => Some("bigint"),
            Some(Value::Text(_)) => Some("text"),
            Some(Value::Blob(_)) => Some("bytea"),
            Some(Value::Null) | None => None,
        };
        // Writing to a text does not fail.
        let _ = match kind {
            Some(kind) => write!(typed, "CAST(${number} AS {kind}){rest}"),
            None => write!(typed, "${number}{rest}"),
        };
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_says_what_it_is() {
        let parameters = vec![
            Value::Integer(1),
            Value::Text("a".into()),
            Value::Null,
            Value::Blob(vec![1]),
        ];
        let statement = "SELECT ?1, coalesce(?2, ?3) FROM t WHERE b = ?4 LIMIT ?1";
        assert_eq!(
            with_typed_parameters(statement, &parameters),
            "SELECT CAST($1 AS bigint), coalesce(CAST($2 AS text), $3) FROM t WHERE b = CAST($4 AS bytea) LIMIT CAST($1 AS bigint)"
        );
        assert_eq!(with_numbered_parameters("?1 = ?12"), "$1 = $12");
    }

    #[test]
    fn only_transactions_that_are_serializable_will_do() {
        let answer = |isolation: &str| vec![vec![Value::Text(isolation.into())]];
        assert!(is_serializable(&answer("serializable")));
        assert!(!is_serializable(&answer("read committed")));
        assert!(!is_serializable(&[]));
    }

    #[test]
    fn what_a_server_refuses_is_told_apart() {
        assert_eq!(refusal("40001"), Refusal::InTheWay);
        assert_eq!(refusal("40P01"), Refusal::InTheWay);
        assert_eq!(refusal("23505"), Refusal::Forbidden);
        assert_eq!(refusal("25006"), Refusal::ReadOnly);
        assert_eq!(refusal("57014"), Refusal::Other);
    }
}
