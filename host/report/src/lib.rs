//! The report of an incident as one document to send: a page or a PDF, with its photographs.
//!
//! Pure: the same report gives the same bytes. [`Report`] is what the document says, in its order; the
//! rest writes it. English only, as it goes to the platform and to the terminals' vendor.

mod clean;
mod html;
mod pdf;
mod picture;
mod report;
mod wording;

pub use html::html;
pub use pdf::{ReportError, pdf};
pub use picture::{Orientation, Picture, PictureError, PixelBudget};
pub use report::{Exhibit, Fact, Report, Section};
