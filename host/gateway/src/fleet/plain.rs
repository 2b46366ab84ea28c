//! Values as one line of text for people.

use chargetap_fleet::refusal::Reason;
use serde_json::Value;

use super::problem::sentence;

/// The text for an empty value.
const NOTHING: &str = "-";

/// A text without control characters, which could steer the terminal.
pub(super) fn plain(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{FFFD}'
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}

/// A value in a line.
pub(super) fn line(value: &Value) -> String {
    match value {
        Value::Null => NOTHING.to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => or_nothing(plain(text)),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(line).collect();
            or_nothing(items.join(", "))
        }
        Value::Object(members) => match reason(value) {
            Some(reason) => sentence(&reason),
            None => {
                let members = members.iter();
                let members = members.map(|(name, it)| format!("{}: {}", plain(name), line(it)));
                or_nothing(members.collect::<Vec<_>>().join(", "))
            }
        },
    }
}

fn or_nothing(text: String) -> String {
    match text.is_empty() {
        true => NOTHING.to_owned(),
        false => text,
    }
}

/// The value as a refusal's reason, if it is one.
pub(super) fn reason(value: &Value) -> Option<Reason> {
    value.get("code")?;
    serde_json::from_value(value.clone()).ok()
}
