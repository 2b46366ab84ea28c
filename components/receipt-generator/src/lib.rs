//! Turns the facts of a session into a receipt, in a language and a format.
//!
//! A receipt is made in three steps, so that the formats cannot disagree:
//!
//! 1. the document is checked and its texts are cleaned,
//! 2. what people read is laid out once, as a sheet,
//! 3. the sheet is written as a page or as lines. JSON is for machines and is written from the
//!    document.
//!
//! The same arguments always give the same bytes: there is no clock here, and the time zones are
//! the ones built in.

mod check;
mod clean;
#[cfg(target_family = "wasm")]
mod component;
mod html;
mod json;
mod language;
mod money;
mod pdf;
mod qr;
mod sheet;
mod text;
mod time;

use chargetap_contract::receipt::{Document, Format, Problem, Rendered};

use crate::{money::Currency, sheet::Sheet, time::Times};

/// Writes a receipt.
///
/// `locale` is a BCP 47 tag, of which the language alone counts: `sv`, `sv-SE` and `sv-FI` are one.
///
/// Every text of the document loses its control characters, its bidirectional marks and other
/// invisible characters first, because they can make a receipt say something else than it does;
/// line breaks and tabs become spaces.
///
/// # Errors
///
/// [`Problem`] if the language, the time zone or the currency is not known, or if the document
/// contradicts itself.
pub fn render(document: &Document, format: Format, locale: &str) -> Result<Rendered, Problem> {
    let language =
        language::find(locale).ok_or_else(|| Problem::UnknownLocale(locale.to_owned()))?;
    check::consistent(document)?;
    let currency = Currency::find(&document.summary.currency)?;
    let times = Times::of(document)?;
    let document = clean::document(document);
    let sheet = || Sheet::lay_out(&document, &currency, &times, language);
    let (media_type, body) = match format {
        Format::Html => ("text/html; charset=utf-8", html::write(&sheet())),
        Format::Text => ("text/plain; charset=utf-8", text::write(&sheet())),
        Format::Json => (
            "application/json",
            json::write(&document, &currency, &times),
        ),
    };
    Ok(Rendered {
        media_type: media_type.to_owned(),
        body: body.into_bytes(),
    })
}

/// The receipt as a PDF.
#[doc(hidden)]
pub fn pdf(document: &Document, locale: &str, link: Option<&str>) -> Result<Vec<u8>, Problem> {
    let language =
        language::find(locale).ok_or_else(|| Problem::UnknownLocale(locale.to_owned()))?;
    check::consistent(document)?;
    let currency = Currency::find(&document.summary.currency)?;
    let times = Times::of(document)?;
    let document = clean::document(document);
    let sheet = Sheet::lay_out(&document, &currency, &times, language);
    Ok(pdf::write(&sheet, link))
}

/// A text as a QR code, as SVG.
#[doc(hidden)]
pub fn qr_svg(text: &str) -> Option<String> {
    qr::svg(text)
}

/// A text as a QR code, as PNG.
#[doc(hidden)]
pub fn qr_png(text: &str) -> Option<Vec<u8>> {
    qr::png(text)
}
