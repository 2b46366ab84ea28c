//! Writes the signed meter values as the XML file of the transparency software of S.A.F.E. e.V.
//!
//! - The packets are unchanged: an XML parser returns exactly what the meter signed.
//! - All values have the same transaction id, because the software compares values by it.
//! - The key comes before the packet, as the schema has it.

use chargetap_contract::receipt::{Document, Measurement, Problem};
use maud::{Markup, PreEscaped, html};

/// Writes the file.
pub(crate) fn write(document: &Document) -> Result<Vec<u8>, Problem> {
    let measurement = writable(document).ok_or(Problem::NotApplicable)?;
    let last = measurement.packets.len().saturating_sub(1);
    let key = measurement.public_key.as_deref();
    let values = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        values {
            @for (place, packet) in measurement.packets.iter().enumerate() {
                value transactionId="1" context=[context(place, last)] {
                    @if let Some(key) = key { (public_key(key)) }
                    signedData format="OCMF" encoding="plain" { (packet) }
                }
            }
        }
    };
    // An XML parser would turn a carriage return into a line feed.
    Ok(values.into_string().replace('\r', "&#13;").into_bytes())
}

/// Whether there are signed values that can be written as XML.
pub(crate) fn applies(document: &Document) -> bool {
    writable(document).is_some()
}

fn writable(document: &Document) -> Option<&Measurement> {
    let measurement = document.measurement.as_ref();
    measurement.filter(|it| texts(it).all(|text| text.chars().all(fits)))
}

fn texts(measurement: &Measurement) -> impl Iterator<Item = &String> {
    measurement.packets.iter().chain(&measurement.public_key)
}

/// Whether XML can hold the character: no control characters, and not these two.
fn fits(character: char) -> bool {
    match character {
        ' '..='~' | '\n' | '\r' | '\t' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    }
}

/// Only the first and the last of several packets have a context.
fn context(place: usize, last: usize) -> Option<&'static str> {
    match place {
        _ if last == 0 => None,
        0 => Some("Transaction.Begin"),
        _ if place == last => Some("Transaction.End"),
        _ => None,
    }
}

/// The key without blanks.
fn public_key(key: &str) -> Markup {
    let key: String = key.split_ascii_whitespace().collect();
    let is_hex = key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let encoding = if is_hex { "hex" } else { "base64" };
    html! { publicKey encoding=(encoding) { (key) } }
}
