//! How an answer is shown to people.

use chargetap_fleet::api::Route;
use serde::Deserialize;
use serde_json::Value;

use super::listing::listing;
use super::plain::plain;
use super::table::{Column, table};

/// A letter to the vendor.
#[derive(Deserialize)]
struct Letter {
    to: String,
    subject: String,
    body: String,
}

/// An answer as text for people, with lines of at most this width.
pub(super) fn show(route: &Route, answer: &Value, width: Option<u16>) -> String {
    let items = answer.as_array();
    let items = items.or_else(|| answer.get("items")?.as_array());
    match items {
        Some(items) => list(route.columns, items, width),
        None => listing(answer),
    }
}

fn list(columns: &[Column], items: &[Value], width: Option<u16>) -> String {
    let letters: Option<Vec<String>> = items.iter().map(letter).collect();
    match letters {
        _ if items.is_empty() => "There is none.\n".to_owned(),
        Some(letters) => letters.join("\n"),
        None if columns.is_empty() => {
            let items: Vec<String> = items.iter().map(listing).collect();
            items.join("\n")
        }
        None => table(columns, items, width),
    }
}

fn letter(value: &Value) -> Option<String> {
    let Letter { to, subject, body } = serde_json::from_value(value.clone()).ok()?;
    let text = format!("To: {to}\nSubject: {subject}\n\n{}\n", body.trim_end());
    Some(plain(&text))
}
