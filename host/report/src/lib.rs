//! The report of an incident as one document to send: an HTML page or a PDF, with its photographs.
//!
//! Pure: the same report gives the same bytes. [`Report`] is the content of the document, in its
//! order; [`html()`] and [`pdf()`] write it. English only, as it goes to the platform and to the
//! terminals' vendor.
//!
//! Tested by accepted pages, and by PDF read back with packages that do not know how it was made.

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
