//! JSON bodies.

use chargetap_contract::callback::Rejection;
use serde_json::{Number, Value};

pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Rejection> {
    serde_json::from_slice(bytes).map_err(|error| {
        // Not the error's own text: it can quote the body.
        malformed(format!(
            "not JSON at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

/// A text that is equal for the same content, however it was serialised, and differs for any other.
///
/// It is not JSON: code that prints floats as JSON does would take a tenth of the component's size.
pub(crate) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

/// Every text has its length before it and every item a comma after it, so nothing has to be escaped.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => {
            let bits = || format!("f{}", number.as_f64().unwrap_or_default().to_bits());
            text.push_str(&integer(number).unwrap_or_else(bits));
        }
        Value::String(content) => write_text(content, text),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            for (name, field) in fields {
                write_text(name, text);
                write(field, text);
                text.push(',');
            }
            text.push('}');
        }
    }
}

fn write_text(content: &str, text: &mut String) {
    text.push_str(&content.len().to_string());
    text.push(':');
    text.push_str(content);
}

/// A number in decimal, if it is an integer of 64 bits.
pub(crate) fn integer(number: &Number) -> Option<String> {
    match number.as_u64() {
        Some(natural) => Some(natural.to_string()),
        None => number.as_i64().map(|negative| negative.to_string()),
    }
}

/// The value at a path such as `/session/sessionId`. A path leads through objects only.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut names = path.split('/').skip(1);
    names.try_fold(value, |value, name| value.get(name))
}

pub(crate) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path).and_then(Value::as_str)
}

pub(crate) fn required<'v>(value: &'v Value, path: &str) -> Result<&'v str, Rejection> {
    text(value, path)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| malformed(format!("{path} is not a text")))
}

/// `place` names the place in the body and never quotes it.
pub(crate) fn malformed(place: impl Into<String>) -> Rejection {
    Rejection::MalformedBody(place.into())
}
