//! The report as a PDF, tagged as PDF/UA-1 (ISO 14289-1), so that screen readers read it like the
//! page.

mod face;
mod flow;
mod layout;
mod page_writer;
mod row;
mod style;
mod tags;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::error::KrillaError;
use krilla::metadata::{DateTime, Metadata};
use krilla::{Document, SerializeSettings};

use self::face::Faces;
use self::layout::Layout;
use self::page_writer::PageWriter;
use crate::report::Report;

/// Why a report cannot be written as a PDF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// A mistake in the code: no input should cause this.
    #[error("the report cannot be written as a PDF: {0}")]
    Internal(String),
}

impl From<KrillaError> for ReportError {
    fn from(error: KrillaError) -> Self {
        match error {
            KrillaError::Validation(errors) => Self::Internal(format!("{errors:?}")),
            error => Self::Internal(error.to_string()),
        }
    }
}

/// The report as a PDF.
///
/// # Errors
/// The file could not be put together.
pub fn pdf(report: &Report) -> Result<Vec<u8>, ReportError> {
    let internal = |what: &str| ReportError::Internal(what.to_owned());
    let faces = Faces::load().ok_or_else(|| internal("the fonts cannot be read"))?;
    let layout = Layout::of(report, &faces);
    let pages = flow::pages(layout.blocks);

    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| internal(&format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let mut writer = PageWriter::new(&faces, report);
    writer.pages(&mut document, &pages)?;
    document.set_outline(writer.outline());
    document.set_tag_tree(tags::tree(layout.elements, writer.drawn()));
    document.set_metadata(metadata(report));
    Ok(document.finish()?)
}

fn metadata(report: &Report) -> Metadata {
    let title = format!("{}: {}", report.title, report.headline);
    let metadata = Metadata::new().title(title).language("en".to_owned());
    match created(report) {
        Some(created) => metadata.creation_date(created),
        None => metadata,
    }
}

/// None if the year does not fit into a PDF's date.
fn created(report: &Report) -> Option<DateTime> {
    let millis = i64::try_from(report.made.millis()).ok()?;
    let made = Timestamp::from_millisecond(millis).ok()?;
    let made = ZonedDateTime::new(made, TimeZone::UTC);
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let date = DateTime::new(u16::try_from(made.year()).ok()?)
        .month(part(made.month()))
        .day(part(made.day()))
        .hour(part(made.hour()))
        .minute(part(made.minute()))
        .second(part(made.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Some(date)
}
