//! Turns the facts of a session into a receipt, in one language and one format. The words of terminals
//! (`screen`) are here too, because they are in the same languages.
//!
//! A receipt is made in three steps, so that the formats cannot contradict each other:
//!
//! | step                                                    | modules                      |
//! |---------------------------------------------------------|------------------------------|
//! | clean the texts of the document, and check the document | `clean`, `check`             |
//! | lay out what people read, once                          | `layout`                     |
//! | write the layout as a page, as PDF or as lines          | `html`, `pdf`, `text`        |
//! | or write the document for machines                      | `json`, `transparency`, `qr` |
//!
//! The same arguments always give the same bytes: there is no clock here, and the time zones are built
//! in.
//!
//! Tested by every kind of receipt in every format and language against accepted files (`cargo xtask receipts
//! --accept`), by an independent implementation of the figures, by pages in Chromium with axe-core, and by PDF and
//! codes read with packages that do not know how they were made.

mod application_id;
mod check;
mod clean;
#[cfg(target_family = "wasm")]
mod component;
mod form;
mod formats;
mod html;
mod json;
mod language;
mod layout;
mod metering;
mod money;
mod pdf;
mod prices;
mod qr;
mod screen;
mod subject;
mod text;
mod time;
mod transparency;

use chargetap_contract::receipt::{Document, Format, Page, Problem, Rendered};
use chargetap_contract::screen::Message;

pub use metering::check as check_measurement;

use crate::{formats::Formats, language::Language, layout::Layout, money::Currency, time::Times};

/// Writes a receipt.
///
/// `locale` is a BCP 47 tag. Only its language counts: `sv`, `sv-SE` and `sv-FI` are the same.
///
/// Control characters, bidirectional marks and other invisible characters are removed from every
/// text of the document first, because they could falsify what a receipt shows. Line breaks and
/// tabs become spaces.
///
/// # Errors
///
/// [`Problem`] if the language, the time zone or the currency is not known, if the document
/// contradicts itself, or if it does not have what the format shows.
pub fn render(document: &Document, format: Format, locale: &str) -> Result<Rendered, Problem> {
    let (language, formats) = find(locale)?;
    let document = clean::document(document);
    check::consistent(&document)?;
    let currency = Currency::find(&subject::session(&document).currency)?;
    let times = Times::of(&document)?;
    let layout = || Layout::of(&document, &currency, &times, language, formats);
    let (media_type, body) = match format {
        Format::Html => (HTML, html::write(&layout()).into_bytes()),
        Format::Text(columns) => (
            "text/plain; charset=utf-8",
            text::write(&layout(), columns).into_bytes(),
        ),
        Format::Json => (
            "application/json",
            json::write(&document, &currency, &times).into_bytes(),
        ),
        Format::Ocmf => ("application/xml", transparency::write(&document)?),
        Format::Pdf => ("application/pdf", pdf::write(&layout())),
        Format::QrSvg => ("image/svg+xml", code(&document, qr::svg)?.into_bytes()),
        Format::QrPng => ("image/png", code(&document, qr::png)?),
    };
    Ok(rendered(media_type, body))
}

/// Writes a page with a form. `locale` is chosen as in [`render`].
///
/// # Errors
///
/// [`Problem`] if the language is not known.
pub fn form(page: &Page, locale: &str) -> Result<Rendered, Problem> {
    let page = form::write(page, find(locale)?.0);
    Ok(rendered(HTML, page.into_bytes()))
}

/// Puts into words what a terminal's screen says. `locale` is chosen as in [`render`].
///
/// # Errors
///
/// [`Problem`] if the language or a currency is not known.
pub fn screen_text(message: &Message, locale: &str) -> Result<String, Problem> {
    let (language, formats) = find(locale)?;
    screen::write(message, language, formats)
}

/// The languages that receipts, pages and screens can have, as BCP 47 tags.
pub fn languages() -> impl Iterator<Item = &'static str> {
    language::tags()
}

/// The link as a QR code, if there is a link and it fits.
fn code<T>(document: &Document, write: fn(&str) -> Option<T>) -> Result<T, Problem> {
    document
        .link
        .as_deref()
        .and_then(write)
        .ok_or(Problem::NotApplicable)
}

const HTML: &str = "text/html; charset=utf-8";

/// The texts of a language, and how it writes numbers and moments.
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
