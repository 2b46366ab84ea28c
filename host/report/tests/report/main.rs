//! Reports through the public interface: their content, and hostile texts and pictures.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the helpers fail a test as the tests themselves do"
)]

mod expected;
mod hostile;
mod pictures;
mod samples;
mod words;

use chargetap_report::Report;

/// The value of a fact, in lines.
fn fact(report: &Report, section: &str, label: &str) -> Vec<String> {
    let mut sections = report.sections.iter();
    let section = sections.find(|it| it.title == section).unwrap();
    let fact = section
        .facts
        .iter()
        .find(|fact| fact.label == label)
        .unwrap();
    fact.lines.clone()
}
