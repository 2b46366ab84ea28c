//! A record as a list of names and values. Records in it are indented.

use serde_json::Value;

use super::plain::{line, plain, reason};

const STEP: &str = "  ";

/// A value as lines.
pub(crate) fn listing(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(_) => members(value, "", &mut text),
        Value::Array(items) => each(items, "", &mut text),
        value => push(&mut text, "", &line(value)),
    }
    text
}

/// Members that fit in a line come first.
fn members(value: &Value, indent: &str, text: &mut String) {
    let all = value.as_object().into_iter().flatten();
    let (deep, flat): (Vec<_>, Vec<_>) = all.partition(|(_, it)| is_deep(it));
    for (name, value) in flat.into_iter().chain(deep) {
        let name = plain(name);
        if !is_deep(value) {
            let value = line(value).replace('\n', &format!("\n{indent}{STEP}"));
            push(text, indent, &format!("{name}: {value}"));
            continue;
        }
        push(text, indent, &format!("{name}:"));
        let indent = format!("{indent}{STEP}");
        match value {
            Value::Array(items) => each(items, &indent, text),
            value => members(value, &indent, text),
        }
    }
}

fn each(items: &[Value], indent: &str, text: &mut String) {
    for item in items {
        let mut lines = String::new();
        match item {
            Value::Object(_) if reason(item).is_none() => {
                members(item, &format!("{indent}{STEP}"), &mut lines);
            }
            item => push(&mut lines, &format!("{indent}{STEP}"), &line(item)),
        }
        // The dash replaces the last step of the first line's indent.
        let rest = lines.get(indent.len() + STEP.len()..).unwrap_or_default();
        text.push_str(indent);
        text.push_str("- ");
        text.push_str(rest);
    }
}

fn push(text: &mut String, indent: &str, line: &str) {
    text.push_str(indent);
    text.push_str(line);
    text.push('\n');
}

/// Whether a value needs several lines.
fn is_deep(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty() && reason(value).is_none(),
        Value::Array(items) => items.iter().any(Value::is_object),
        _ => false,
    }
}
