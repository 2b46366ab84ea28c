//! Turns the facts of a session into a receipt, in a language and a format.
//!
//! A receipt is made in three steps, so that the formats cannot disagree:
//!
//! 1. the texts of the document are cleaned, and it is checked,
//! 2. what people read is laid out once, as a sheet,
//! 3. the sheet is written as a page, as a file or as lines. JSON is for machines and is written
//!    from the document.
//!
//! The same arguments always give the same bytes: there is no clock here, and the time zones are
//! the ones built in.

mod check;
mod clean;
#[cfg(target_family = "wasm")]
mod component;
mod form;
mod formats;
mod html;
mod json;
mod language;
mod metering;
mod money;
mod pdf;
mod qr;
mod sheet;
mod subject;
mod text;
mod time;
mod transparency;
mod vat_number;

use chargetap_contract::receipt::{Document, Format, Page, Problem, Rendered};

pub use metering::check as check_measurement;

use crate::{formats::Formats, language::Language, money::Currency, sheet::Sheet, time::Times};

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
/// [`Problem`] if the language, the time zone or the currency is not known, if the document
/// contradicts itself, or if it has not what the format shows.
pub fn render(document: &Document, format: Format, locale: &str) -> Result<Rendered, Problem> {
    let (language, formats) = find(locale)?;
    let document = clean::document(document);
    check::consistent(&document)?;
    let currency = Currency::find(&subject::session(&document).currency)?;
    let times = Times::of(&document)?;
    let sheet = || Sheet::lay_out(&document, &currency, &times, language, formats);
    let (media_type, body) = match format {
        Format::Html => (HTML, html::write(&sheet()).into_bytes()),
        Format::Text(columns) => (
            "text/plain; charset=utf-8",
            text::write(&sheet(), columns).into_bytes(),
        ),
        Format::Json => (
            "application/json",
            json::write(&document, &currency, &times).into_bytes(),
        ),
        Format::Ocmf => ("application/xml", transparency::write(&document)?),
        Format::Pdf => ("application/pdf", pdf::write(&sheet())),
        Format::QrSvg => ("image/svg+xml", code(&document, qr::svg)?.into_bytes()),
        Format::QrPng => ("image/png", code(&document, qr::png)?),
    };
    Ok(rendered(media_type, body))
}

/// Writes a page with a form, whose language is chosen as that of a receipt.
///
/// # Errors
///
/// [`Problem`] if the language is not known.
pub fn form(page: &Page, locale: &str) -> Result<Rendered, Problem> {
    let page = form::write(page, find(locale)?.0);
    Ok(rendered(HTML, page.into_bytes()))
}

/// The languages that receipts and pages can have, as BCP 47 tags.
pub fn languages() -> impl Iterator<Item = &'static str> {
    language::tags()
}

/// The link as a code, if there is one and it fits.
fn code<T>(document: &Document, write: fn(&str) -> Option<T>) -> Result<T, Problem> {
    document
        .link
        .as_deref()
        .and_then(write)
        .ok_or(Problem::NotApplicable)
}

const HTML: &str = "text/html; charset=utf-8";

/// What a language says, and how it writes numbers and moments.
fn find(locale: &str) -> Result<(&'static Language, &'static Formats), Problem> {
    language::find(locale)
        .and_then(|language| Some((language, Formats::find(language.tag)?)))
        .ok_or_else(|| Problem::UnknownLocale(locale.to_owned()))
}

fn rendered(media_type: &str, body: Vec<u8>) -> Rendered {
    Rendered {
        media_type: media_type.to_owned(),
        body,
    }
}
